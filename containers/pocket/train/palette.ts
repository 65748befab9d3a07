import type { Colour } from '../text/vocabulary.ts'

export type Rgb = readonly [red: number, green: number, blue: number]

/** The colours as pictures show them, 0 to 1. */
export const PALETTE: Readonly<Record<Colour, Rgb>> = {
  red: [0.9, 0.1, 0.12],
  green: [0.1, 0.65, 0.2],
  blue: [0.12, 0.25, 0.9],
  yellow: [0.98, 0.88, 0.1],
  orange: [1, 0.5, 0.05],
  purple: [0.5, 0.12, 0.7],
  pink: [1, 0.5, 0.75],
  cyan: [0.1, 0.82, 0.9],
  brown: [0.45, 0.25, 0.1],
  black: [0.04, 0.04, 0.05],
  white: [0.97, 0.97, 0.97],
  gray: [0.5, 0.5, 0.5],
}
