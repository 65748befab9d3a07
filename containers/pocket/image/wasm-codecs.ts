import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import decodeJpeg, { init as startJpeg } from '@jsquash/jpeg/decode.js'
import decodePng, { init as startPng } from '@jsquash/png/decode.js'
import decodeWebp, { init as startWebp } from '@jsquash/webp/decode.js'

/** Red, green, blue and opacity, 0 to 255. */
export interface Rgba {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

export type WasmCodec = (file: Uint8Array) => Promise<Rgba>

/** The codecs of @jsquash look for a browser's `ImageData`, which Node has not. */
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

/** Starts the codec when the first file needs it: in a browser it would fetch its module, here that lies on the disk. */
function createCodec(
  module: string,
  start: (bytes: ArrayBuffer) => Promise<unknown>,
  decode: (file: ArrayBuffer) => Promise<Rgba>,
): WasmCodec {
  let started: Promise<unknown> | undefined
  return async (file) => {
    const scope = globalThis as { ImageData?: unknown }
    scope.ImageData ??= PlainImageData
    started ??= readFile(fileURLToPath(import.meta.resolve(module))).then((bytes) =>
      start(new Uint8Array(bytes).buffer),
    )
    await started
    return decode(new Uint8Array(file).buffer)
  }
}

/** Turned as the camera that took the picture said. */
export const decodeJpegFile: WasmCodec = createCodec(
  '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  (wasmBinary) => startJpeg({ wasmBinary }),
  (file) => decodeJpeg(file, { preserveOrientation: true }),
)
export const decodeWebpFile: WasmCodec = createCodec(
  '@jsquash/webp/codec/dec/webp_dec.wasm',
  (wasmBinary) => startWebp({ wasmBinary }),
  decodeWebp,
)
export const decodePngFile: WasmCodec = createCodec('@jsquash/png/codec/pkg/squoosh_png_bg.wasm', startPng, decodePng)
