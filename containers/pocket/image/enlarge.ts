import type { Picture } from './picture.ts'
import { resize } from './resize.ts'

/** How much of the way between the two colours an edge keeps to change over: 1 leaves the picture as bicubic made it. */
const SOFTNESS = 0.35

/**
 * Enlarges a painted picture: bicubic, then every edge is drawn together between the colours on its two sides, so that a
 * circle of 32 pixels has a clean rim at 256 too. Meant for flat pictures; shrinking and small enlargements stay bicubic.
 */
export function enlarge(picture: Picture, width: number, height: number): Picture {
  const smooth = resize(picture, width, height)
  const scale = Math.min(width / picture.width, height / picture.height)
  if (scale < 1.5) return smooth
  const [low, high] = [localExtreme(picture, Math.min), localExtreme(picture, Math.max)]
  const [floor, ceiling] = [resize(low, width, height).bytes, resize(high, width, height).bytes]
  const softness = Math.max(SOFTNESS, 1 / scale)
  const bytes = smooth.bytes.map((value, at) => sharpen(value, { low: floor[at]!, high: ceiling[at]!, softness }))
  return { width, height, bytes }
}

function sharpen(value: number, { low, high, softness }: { low: number; high: number; softness: number }): number {
  const range = high - low
  if (range < 8) return value
  const place = ((value - low) / range - 0.5) / softness + 0.5
  const bounded = Math.min(1, Math.max(0, place))
  return Math.round(low + range * bounded * bounded * (3 - 2 * bounded))
}

/** The least or greatest value of each channel around every pixel. */
function localExtreme({ width, height, bytes }: Picture, choose: (...values: number[]) => number): Picture {
  const along = (source: Uint8Array, step: number, place: (at: number) => [number, number]): Uint8Array =>
    source.map((value, at) => {
      const [index, count] = place(at)
      const before = index > 0 ? source[at - step]! : value
      const after = index < count - 1 ? source[at + step]! : value
      return choose(before, value, after)
    })
  const wide = along(bytes, 3, (at) => [Math.floor(at / 3) % width, width])
  return { width, height, bytes: along(wide, width * 3, (at) => [Math.floor(at / 3 / width), height]) }
}
