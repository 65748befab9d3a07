import type { Compressor } from './compressor.ts'
import type { TarImage } from './tar-image.ts'

/** S3 takes no smaller part, except as the last one. */
const SMALLEST_PART = 5 * 1024 * 1024
const USUAL_PART = 32 * 1024 * 1024
/** S3 takes 10,000; less than that leaves room. */
const MOST_PARTS = 9_000
const MEBIBYTE = 1024 * 1024
/** What one thread compresses at a time. */
const PIECE = 4 * MEBIBYTE

/** How many bytes of the archive go into each part of the upload. */
export function partSizeFor(imageSize: number): number {
  return Math.max(USUAL_PART, Math.ceil(imageSize / MOST_PARTS / MEBIBYTE) * MEBIBYTE)
}

/**
 * A part of the upload: a whole number of gzip members, made of this range of the archive. What shrinks below what S3
 * takes as a part is stored uncompressed instead, which is gzip as well.
 */
export async function makePart(
  image: TarImage,
  { offset, length, level }: { offset: number; length: number; level: number },
  compressor: Compressor,
): Promise<Buffer> {
  const packed = await compressRange(image, { offset, length, level }, compressor)
  const isLast = offset + length >= image.size
  if (isLast || packed.length >= SMALLEST_PART) return packed
  return compressRange(image, { offset, length, level: 0 }, compressor)
}

async function compressRange(
  image: TarImage,
  { offset, length, level }: { offset: number; length: number; level: number },
  compressor: Compressor,
): Promise<Buffer> {
  const starts = Array.from({ length: Math.ceil(length / PIECE) }, (_, index) => index * PIECE)
  const members = await Promise.all(
    starts.map(async (start) => {
      const piece = await image.read(offset + start, Math.min(PIECE, length - start))
      return compressor.compress(new Uint8Array(piece), level)
    }),
  )
  return Buffer.concat(members)
}
