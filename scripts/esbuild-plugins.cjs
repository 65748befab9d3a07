const { readFile } = require('node:fs/promises')

/** A source map with a single mapping: esbuild composes it with its own and drops every other position of the file. */
const ONE_MAPPING = { version: 3, sources: ['library'], sourcesContent: [null], names: [], mappings: 'AAAA' }
const ENCODED_MAP = Buffer.from(JSON.stringify(ONE_MAPPING)).toString('base64')

/**
 * Leaves the libraries out of the source maps. Stack traces still name our own files and lines, and the maps are a
 * twentieth of the size, so that they fit into the function's package beside the code.
 */
const mapOurCodeOnly = {
  name: 'map-our-code-only',
  setup(build) {
    build.onLoad({ filter: /node_modules.*\.m?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${ENCODED_MAP}`,
      loader: 'default',
    }))
  },
}

/**
 * Puts WebAssembly of libraries into the bundle, where `wasmFile('<name of the file>')` asks for it: a bundle has no
 * node_modules beside it to read from.
 */
const embedWasm = {
  name: 'embed-wasm',
  setup(build) {
    build.onLoad({ filter: /functions[\\/].*wasm-decoders\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source.replace(/^const wasmFile = .*$/m, '').replaceAll('wasmFile(', 'require(')
      return { contents, loader: 'ts' }
    })
    build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({ contents: await readFile(path), loader: 'binary' }))
  },
}

module.exports = [mapOurCodeOnly, embedWasm]
