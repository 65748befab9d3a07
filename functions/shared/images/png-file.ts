import { crcOf } from '../objects/crc32.ts'
import { BadImage, type Dimensions, take } from './bad-image.ts'

const SIGNATURE_BYTES = 8
const HEADER_BYTES = 13

/** Which depths each kind of colour may have, and how many samples a pixel has. */
const COLOURS: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
}

export interface PngHeader extends Dimensions {
  bitsPerPixel: number
  isIndexed: boolean
  isInterlaced: boolean
}

interface Chunk {
  type: string
  data: Buffer
}

/** Reads the header, which must be the first chunk. */
export function readPngHeader(bytes: Buffer): PngHeader {
  const { type, data } = readChunk(bytes, SIGNATURE_BYTES)
  if (type !== 'IHDR' || data.length !== HEADER_BYTES) throw new BadImage('damaged: it has no PNG header')
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = data.subarray(8)
  const known = COLOURS[colour]
  if (!known?.depths.includes(depth)) throw new BadImage(`damaged: colour type ${colour} with ${depth} bits`)
  if (compression !== 0 || filter !== 0 || interlace > 1) throw new BadImage('damaged: an unknown PNG method')
  return {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    bitsPerPixel: known.samples * depth,
    isIndexed: colour === 3,
    isInterlaced: interlace === 1,
  }
}

/** The compressed pixels, chunk by chunk; walks to the end of the image. */
export function readPngData(bytes: Buffer, { isIndexed }: PngHeader): Buffer[] {
  const data: Buffer[] = []
  let hasPalette = false
  for (let at = SIGNATURE_BYTES; ; ) {
    const chunk = readChunk(bytes, at)
    at += chunk.data.length + 12
    if (chunk.type === 'IEND') break
    if (chunk.type === 'IDAT') data.push(chunk.data)
    hasPalette ||= chunk.type === 'PLTE'
  }
  if (isIndexed && !hasPalette) throw new BadImage('damaged: it has no palette')
  return data
}

function readChunk(bytes: Buffer, at: number): Chunk {
  const length = take(bytes, at, 8).readUInt32BE(0)
  const body = take(bytes, at + 4, length + 4)
  const type = body.toString('latin1', 0, 4)
  // Nobody needs the chunks in lower case for the picture, so nobody minds what is in them.
  const isNeeded = /^[A-Z]/.test(type)
  const crc = take(bytes, at + 8 + length, 4).readUInt32BE(0)
  if (isNeeded && crc !== crcOf(body)) throw new BadImage(`damaged: the checksum of chunk ${printable(type)} is wrong`)
  return { type, data: body.subarray(4) }
}

function printable(type: string): string {
  return type.replace(/[^\x20-\x7e]/g, '?')
}
