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

module.exports = [mapOurCodeOnly]
