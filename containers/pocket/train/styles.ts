import { COLOURS, type Colour } from '../text/vocabulary.ts'
import { PALETTE, type Rgb } from './palette.ts'

/** How the pictures of one checkpoint look. */
export interface Style {
  readonly colours: Readonly<Record<Colour, Rgb>>
  /** The last touch over the pixels, 0 to 1. */
  readonly finish: (pixels: Float32Array, side: number) => Float32Array
}

export type StyleName = 'plain' | 'pastel'

export const STYLES: Readonly<Record<StyleName, Style>> = {
  plain: { colours: PALETTE, finish: (pixels) => pixels },
  pastel: { colours: mixPalette([1, 0.97, 0.92], 0.58), finish: soften },
}

function mixPalette(with_: Rgb, share: number): Record<Colour, Rgb> {
  const mix = (rgb: Rgb): Rgb => [0, 1, 2].map((c) => rgb[c]! * (1 - share) + with_[c]! * share) as unknown as Rgb
  return Object.fromEntries(COLOURS.map((colour) => [colour, mix(PALETTE[colour])])) as Record<Colour, Rgb>
}

/** The mean of every pixel with its neighbours: edges as of chalk. */
function soften(pixels: Float32Array, side: number): Float32Array {
  const inside = (at: number): number => Math.min(side - 1, Math.max(0, at))
  return pixels.map((_, at) => {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % side, Math.floor(at / 3 / side)]
    let sum = 0
    for (let tap = 0; tap < 9; tap++) {
      sum += pixels[(inside(y + Math.floor(tap / 3) - 1) * side + inside(x + (tap % 3) - 1)) * 3 + c]!
    }
    return sum / 9
  })
}
