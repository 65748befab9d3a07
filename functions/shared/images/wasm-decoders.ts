import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import createMozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js'
import { initEmscriptenModule as startJpeg } from '@jsquash/jpeg/utils.js'
import createWebp from '@jsquash/webp/codec/dec/webp_dec.js'
import { initEmscriptenModule as startWebp } from '@jsquash/webp/utils.js'
import { BadImage, type Dimensions } from './bad-image.ts'
import { createDecoder } from './wasm-decoder.ts'

/** The bytes of a library's file. scripts/esbuild-plugins.cjs puts them into the bundle instead. */
const wasmFile = (name: string): Uint8Array<ArrayBuffer> => readFileSync(createRequire(import.meta.url).resolve(name))

const jpeg = createDecoder({
  load: () => wasmFile('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
  start: async (module, output) => {
    const decoder = await startJpeg(createMozjpeg, module, output)
    return { decode: (bytes) => decoder.decode(bytes as Uint8Array<ArrayBuffer>, false) }
  },
})

const webp = createDecoder({
  load: () => wasmFile('@jsquash/webp/codec/dec/webp_dec.wasm'),
  start: (module, output) => startWebp(createWebp, module, output),
})

/** Decodes a JPEG. The decoder paints grey where data is missing or wrong, and only says so: that is `BadImage` too. */
export async function decodeJpeg(bytes: Uint8Array, size: Dimensions): Promise<void> {
  const said = await jpeg.decode(bytes, size)
  const fault = said.find((line) => /^(Corrupt|Premature)/.test(line) && !line.includes('extraneous bytes'))
  if (fault !== undefined) throw new BadImage(/premature end/i.test(fault) ? 'truncated' : `damaged: ${fault}`)
}

/** Decodes a WebP. */
export async function decodeWebp(bytes: Uint8Array, size: Dimensions): Promise<void> {
  await webp.decode(bytes, size)
}
