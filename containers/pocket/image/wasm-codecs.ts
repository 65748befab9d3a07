import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import startJpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js'
import startPng, { decode as decodePng } from '@jsquash/png/codec/pkg/squoosh_png.js'
import startWebp from '@jsquash/webp/codec/dec/webp_dec.js'

const require = createRequire(import.meta.url)

/** Red, green, blue and opacity, 0 to 255. */
export interface Rgba {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** The pixels of a file. */
export type WasmCodec = (file: Uint8Array) => Promise<Rgba>

/** Turns the picture as the camera said that took it. */
export const decodeJpegFile: WasmCodec = createCodec('jpeg/codec/dec/mozjpeg_dec.wasm', async (wasmBinary) => {
  const module = await start(startJpeg, wasmBinary)
  return (file) => module.decode(file, true)
})

export const decodeWebpFile: WasmCodec = createCodec('webp/codec/dec/webp_dec.wasm', async (wasmBinary) => {
  const module = await start(startWebp, wasmBinary)
  return (file) => module.decode(file)
})

export const decodePngFile: WasmCodec = createCodec('png/codec/pkg/squoosh_png_bg.wasm', async (wasmBinary) => {
  await startPng(wasmBinary)
  return (file) => decodePng(new Uint8Array(file))
})

type Decode = (file: ArrayBuffer) => Rgba | null

/** Starts the codec when the first file needs it: in a browser it would fetch its module, here that lies on the disk. */
function createCodec(module: string, startCodec: (wasmBinary: ArrayBuffer) => Promise<Decode>): WasmCodec {
  let codec: Promise<Decode> | undefined
  return async (file) => {
    const scope = globalThis as { ImageData?: unknown }
    scope.ImageData ??= PlainImageData
    codec ??= readFile(require.resolve(`@jsquash/${module}`)).then((bytes) => startCodec(new Uint8Array(bytes).buffer))
    const decode = await codec
    return decode(new Uint8Array(file).buffer) ?? Promise.reject(new TypeError('there are none'))
  }
}

interface EmscriptenCodec {
  decode(file: ArrayBuffer, turn?: boolean): Rgba | null
}

/** Its published types do not know that the module's bytes can be given. */
function start(factory: unknown, wasmBinary: ArrayBuffer): Promise<EmscriptenCodec> {
  const options = { noInitialRun: true, wasmBinary, printErr: () => {} }
  return (factory as (options: object) => Promise<EmscriptenCodec>)(options)
}

/** The codecs make a browser's `ImageData`, which Node has not. */
class PlainImageData implements Rgba {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data
    this.width = width
    this.height = height
  }
}
