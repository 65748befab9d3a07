import { BadImage, type Dimensions } from './bad-image.ts'
import { decodePng } from './decode-png.ts'
import { imageFormatOf } from './image-format.ts'
import { readJpegHeader } from './jpeg-file.ts'
import { readPngHeader } from './png-file.ts'
import { decodeJpeg, decodeWebp } from './wasm-decoders.ts'
import { readWebpHeader } from './webp-file.ts'

export const MOST_IMAGE_BYTES = 32 * 1024 * 1024
const MOST_PIXELS = 50_000_000
const LEAST_SIDE = 16

interface FormatRow<Header extends Dimensions> {
  readHeader(bytes: Buffer): Header
  decode(bytes: Buffer, header: Header): Promise<void>
}

const row = <Header extends Dimensions>(format: FormatRow<Header>): FormatRow<Header> => format

const FORMATS: Readonly<Record<string, (bytes: Buffer) => Promise<Dimensions>>> = {
  png: decoding(row({ readHeader: readPngHeader, decode: decodePng })),
  jpg: decoding(row({ readHeader: readJpegHeader, decode: decodeJpeg })),
  webp: decoding(row({ readHeader: readWebpHeader, decode: decodeWebp })),
}

/**
 * Decodes a PNG, JPEG or WebP image, whatever its name says, and answers its size. Too many bytes or pixels are refused
 * before anything is decoded. Throws `BadImage` with the reason.
 */
export async function decodeImage(bytes: Buffer): Promise<Dimensions> {
  if (bytes.length === 0) throw new BadImage('empty')
  if (bytes.length > MOST_IMAGE_BYTES) throw tooManyBytes(bytes.length)
  const decode = FORMATS[imageFormatOf(bytes)?.extension ?? '']
  if (!decode) throw new BadImage('not a PNG, JPEG or WebP image')
  return decode(bytes)
}

/** The refusal of a file that is too large to be looked into. */
export function tooManyBytes(length: number): BadImage {
  const megabytes = Math.ceil((length / 1024 / 1024) * 10) / 10
  return new BadImage(`${megabytes} MB are more than ${MOST_IMAGE_BYTES / 1024 / 1024} MB`)
}

function decoding<Header extends Dimensions>({ readHeader, decode }: FormatRow<Header>) {
  return async (bytes: Buffer): Promise<Dimensions> => {
    const header = readHeader(bytes)
    checkSize(header)
    await decode(bytes, header)
    return { width: header.width, height: header.height }
  }
}

function checkSize({ width, height }: Dimensions): void {
  const size = `${count(width)} x ${count(height)} pixels`
  if (width * height > MOST_PIXELS) throw new BadImage(`${size} are more than ${count(MOST_PIXELS)}`)
  if (Math.min(width, height) < LEAST_SIDE) throw new BadImage(`${size}: smaller than ${LEAST_SIDE} on a side`)
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
