import type { Picture } from './picture.ts'

/** Pixels from -1 to 1 as bytes. */
export function toPicture(pixels: Float32Array, width: number, height: number): Picture {
  return {
    width,
    height,
    bytes: Uint8Array.from(pixels, (value) => Math.round((Math.min(1, Math.max(-1, value)) + 1) * 127.5)),
  }
}

/** Bytes as pixels from -1 to 1. */
export function toPixels({ bytes }: Picture): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 127.5 - 1)
}
