import { BadImage, type Dimensions, take } from './bad-image.ts'

const FIRST_CHUNK = 12
const ANIMATION = 0x02

/** Where each kind of first chunk keeps the size of the image. */
const SIZES: Readonly<Record<string, (chunk: Buffer) => Dimensions>> = {
  'VP8 ': (chunk) => ({ width: chunk.readUInt16LE(6) & 0x3fff, height: chunk.readUInt16LE(8) & 0x3fff }),
  VP8L: (chunk) => {
    const bits = chunk.readUInt32LE(1)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  },
  VP8X: (chunk) => {
    if (((chunk[0] as number) & ANIMATION) !== 0) throw new BadImage('an animated WebP: save one picture of it')
    return { width: chunk.readUIntLE(4, 3) + 1, height: chunk.readUIntLE(7, 3) + 1 }
  },
}

/** Reads how large the image of a WebP file is; the file must be as long as it says. */
export function readWebpHeader(bytes: Buffer): Dimensions {
  const type = take(bytes, FIRST_CHUNK, 4).toString('latin1')
  const chunk = take(bytes, FIRST_CHUNK + 8, 10)
  take(bytes, 8, bytes.readUInt32LE(4))
  const sizeOf = Object.hasOwn(SIZES, type) ? SIZES[type] : undefined
  if (!sizeOf) throw new BadImage('damaged: it has no WebP header')
  return sizeOf(chunk)
}
