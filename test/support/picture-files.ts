import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { crc32, deflateSync } from 'node:zlib'
import encodeJpeg, { init as initJpeg } from '@jsquash/jpeg/encode.js'
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js'
import { encodePng } from '../../functions/shared/images/encode-png.ts'

/** The types of Node.js know WebAssembly's modules, but not how they are made. */
const { WebAssembly: runtime } = globalThis as unknown as {
  WebAssembly: { Module: new (bytes: Uint8Array) => WebAssembly.Module }
}

export const wasmModule = (file: string): WebAssembly.Module =>
  new runtime.Module(readFileSync(createRequire(import.meta.url).resolve(file)))

/** Colours that differ from pixel to pixel, so that no encoder makes nothing of them. */
function pixels(width: number, height: number, channels: number): Uint8ClampedArray {
  const bytes = new Uint8ClampedArray(width * height * channels)
  for (let index = 0; index < bytes.length; index++) bytes[index] = (index * 7 + (index >> 6) * 13) & 255
  return bytes
}

function imageData(width: number, height: number, isOpaque = true): Parameters<typeof encodeJpeg>[0] {
  const data = pixels(width, height, 4)
  if (isOpaque) for (let index = 3; index < data.length; index += 4) data[index] = 255
  return { data, width, height } as unknown as Parameters<typeof encodeJpeg>[0]
}

let encoders: Promise<unknown> | undefined

function encodersReady(): Promise<unknown> {
  const encoder = '@jsquash/webp/codec/enc/webp_enc.wasm'
  encoders ??= Promise.all([
    (initJpeg as (module: WebAssembly.Module) => Promise<void>)(wasmModule('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm')),
    (initWebp as (module: WebAssembly.Module) => Promise<unknown>)(wasmModule(encoder)),
  ])
  return encoders
}

/** A PNG as our own writer makes them. */
export function pngFile(width = 32, height = 24): Buffer {
  return encodePng({ width, height, rgb: new Uint8Array(pixels(width, height, 3)) })
}

/** A JPEG of a widely used encoder. */
export async function jpegFile({ width = 32, height = 24, progressive = false } = {}): Promise<Buffer> {
  await encodersReady()
  return Buffer.from(await encodeJpeg(imageData(width, height), { progressive }))
}

/** A WebP of the usual encoder. */
export async function webpFile({ width = 32, height = 24, lossless = false, isOpaque = true } = {}): Promise<Buffer> {
  await encodersReady()
  return Buffer.from(await encodeWebp(imageData(width, height, isOpaque), { lossless: lossless ? 1 : 0 }))
}

/** What a PNG can be beside what our own writer makes. */
export interface PngKind {
  width: number
  height: number
  depth: number
  colour: number
  interlaced?: boolean
  /** The rows with their filters; made up to fit unless given. */
  data?: Buffer
  chunks?: [string, Buffer][]
}

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/** A black PNG of any kind; the pixels come in two chunks. */
export function anyPng(kind: PngKind): Buffer {
  const { width, height, depth, colour, interlaced = false, chunks = [] } = kind
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8)
  const data = deflateSync(kind.data ?? rowsOf(kind))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    ...chunks.map(([type, body]) => pngChunk(type, body)),
    pngChunk('IDAT', data.subarray(0, 5)),
    pngChunk('IDAT', data.subarray(5)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** A chunk with its checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(body, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

function rowsOf({ width, height, depth, colour, interlaced = false }: PngKind): Buffer {
  const bits = depth * (SAMPLES[colour] ?? 1)
  const row = (pixelsOfRow: number): Buffer =>
    Buffer.alloc(pixelsOfRow === 0 ? 0 : 1 + Math.ceil((pixelsOfRow * bits) / 8))
  const passes = interlaced ? PASSES : [[0, 0, 1, 1] as const]
  return Buffer.concat(
    passes.flatMap(([left, top, right, down]) => {
      const wide = Math.max(0, Math.ceil((width - left) / right))
      const high = Math.max(0, Math.ceil((height - top) / down))
      return Array.from({ length: high }, () => row(wide))
    }),
  )
}
