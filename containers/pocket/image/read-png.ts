import { inflateSync } from 'node:zlib'
import { crcOf } from '../../../functions/shared/objects/crc32.ts'
import type { Picture } from './picture.ts'
import { PNG_SIGNATURE, UnreadablePictureError } from './png-chunks.ts'
import { undoFilters } from './undo-filters.ts'

/** Channels by PNG's colour type. */
const CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
])
const PALETTE = 3
const MOST_PIXELS = 16 * 1024 * 1024

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly type: number
}

/**
 * Reads a PNG of 8 or 16 bits a channel, or with a palette; not interlaced. Transparent parts become white. Throws
 * `UnreadablePicture` saying what is wrong.
 */
export function readPng(file: Uint8Array): Picture {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length)
  if (!PNG_SIGNATURE.every((byte, at) => bytes[at] === byte)) refuse('it is not a PNG')
  const chunks = readChunks(bytes)
  const header = readHeader(chunks.find(({ type }) => type === 'IHDR')?.data)
  const channels = CHANNELS.get(header.type) ?? refuse(`colour type ${header.type} is unknown`)
  const stride = Math.ceil((header.width * channels * header.depth) / 8)
  const rows = undoFilters(inflate(chunks, (stride + 1) * header.height), {
    stride,
    rows: header.height,
    pixel: Math.max(1, (channels * header.depth) / 8),
  })
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  if (header.type === PALETTE && palette === undefined) refuse('its palette is missing')
  const readPixel = createPixelReader(header, { rows, stride, channels, palette })
  const picture = {
    width: header.width,
    height: header.height,
    bytes: new Uint8Array(header.width * header.height * 3),
  }
  for (let at = 0; at < header.width * header.height; at++) {
    picture.bytes.set(readPixel(at % header.width, Math.floor(at / header.width)), at * 3)
  }
  return picture
}

function readHeader(data: Buffer | undefined): Header {
  if (data === undefined || data.length !== 13) return refuse('its header is missing')
  const header = { width: data.readUInt32BE(0), height: data.readUInt32BE(4), depth: data[8]!, type: data[9]! }
  const { width, height, depth, type } = header
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) refuse(`its size is ${width} × ${height}`)
  if (![8, 16].includes(depth) && !(type === PALETTE && [1, 2, 4].includes(depth)))
    refuse(`${depth} bits a channel are not read`)
  if (data[12] !== 0) refuse('it is interlaced')
  return header
}

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

function readChunks(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = PNG_SIGNATURE.length; at < bytes.length; ) {
    if (at + 12 > bytes.length) refuse('it ends in the middle of a chunk')
    const length = bytes.readUInt32BE(at)
    const end = at + 12 + length
    if (end > bytes.length) refuse('it ends in the middle of a chunk')
    if (crcOf(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) refuse('a checksum is wrong')
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, end - 4) })
    at = end
  }
  return chunks
}

function inflate(chunks: readonly Chunk[], length: number): Uint8Array {
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  try {
    const rows = inflateSync(packed, { maxOutputLength: length })
    return rows.length === length ? rows : refuse('rows are missing')
  } catch (cause) {
    if (cause instanceof UnreadablePictureError) throw cause
    return refuse('its pixels do not unpack', cause)
  }
}

interface PixelSource {
  readonly rows: Uint8Array
  readonly stride: number
  readonly channels: number
  readonly palette: Buffer | undefined
}

function createPixelReader(
  { depth, type }: Header,
  { rows, stride, channels, palette }: PixelSource,
): (x: number, y: number) => [number, number, number] {
  const bytesEach = depth / 8
  const sample = (x: number, y: number, channel: number): number =>
    rows[y * stride + (x * channels + channel) * bytesEach]!
  const grayTwice = [0, 0, 0] as const
  const places = channels < 3 ? grayTwice : ([0, 1, 2] as const)
  if (type === PALETTE) {
    return (x, y) => {
      const shift = 8 - depth - ((x * depth) % 8)
      const index = (rows[y * stride + Math.floor((x * depth) / 8)]! >> shift) & ((1 << depth) - 1)
      return [palette![index * 3] ?? 0, palette![index * 3 + 1] ?? 0, palette![index * 3 + 2] ?? 0]
    }
  }
  return (x, y) => {
    const opacity = channels % 2 === 0 ? sample(x, y, channels - 1) / 255 : 1
    return places.map((place) => Math.round(255 + opacity * (sample(x, y, place) - 255))) as [number, number, number]
  }
}

function refuse(what: string, cause?: unknown): never {
  throw new UnreadablePictureError(`The picture cannot be read: ${what}`, { cause })
}
