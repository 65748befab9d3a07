import type { Matrix } from './matrix.ts'
import type { Tape } from './tape.ts'

/** Colours that each picture's prompt names, from which its pixels are mixed. */
export const SLOTS = 4

/** Columns of a pixel as `comparePalette` gives it: its own three, one for each slot, and one of the layout. */
export const SEEN_COLUMNS = 3 + SLOTS + 1

/** What the prompts speak of. */
export interface Hints {
  /** One row per picture, three columns per slot. */
  readonly palette: Matrix
  /** One row per picture, one column per pixel: where the shape may be. */
  readonly layout: Matrix
}

/** Puts beside the three columns of every pixel how much it is like each colour of its picture's palette, and the layout's say. */
export function comparePalette(tape: Tape, pixels: Matrix, { palette, layout }: Hints): Matrix {
  const y = tape.matrix(pixels.rows, SEEN_COLUMNS)
  const each = Math.round(pixels.rows / palette.rows) | 0
  for (let row = 0; row < y.rows; row++) {
    const at = row * SEEN_COLUMNS
    const colours = Math.floor(row / each) * 3 * SLOTS
    y.data[at + 3 + SLOTS] = layout.data[row]!
    for (let c = 0; c < 3; c++) y.data[at + c] = pixels.data[row * 3 + c]!
    for (let k = 0; k < SLOTS; k++) {
      let sum = 0
      for (let c = 0; c < 3; c++) sum += pixels.data[row * 3 + c]! * palette.data[colours + k * 3 + c]!
      y.data[at + 3 + k] = sum
    }
  }
  tape.record(() => {
    for (let row = 0; row < y.rows; row++) {
      const at = row * SEEN_COLUMNS + 3
      layout.gradient[row]! += y.gradient[at + SLOTS]!
      const colours = Math.floor(row / each) * 3 * SLOTS
      for (let k = 0; k < SLOTS; k++) {
        const slope = y.gradient[at + k]!
        for (let c = 0; c < 3; c++) palette.gradient[colours + k * 3 + c]! += slope * pixels.data[row * 3 + c]!
      }
    }
  })
  return y
}

/** Three columns a pixel from its own three and the palette's colours times its SLOTS shares. */
export function mixPalette(tape: Tape, shares: Matrix, palette: Matrix): Matrix {
  const y = tape.matrix(shares.rows, 3)
  const each = Math.round(shares.rows / palette.rows) | 0
  for (let row = 0; row < y.rows; row++) {
    const at = row * (3 + SLOTS)
    const colours = Math.floor(row / each) * 3 * SLOTS
    for (let c = 0; c < 3; c++) {
      let sum = shares.data[at + c]!
      for (let k = 0; k < SLOTS; k++) sum += shares.data[at + 3 + k]! * palette.data[colours + k * 3 + c]!
      y.data[row * 3 + c] = sum
    }
  }
  tape.record(() => {
    for (let row = 0; row < y.rows; row++) {
      const at = row * (3 + SLOTS)
      const colours = Math.floor(row / each) * 3 * SLOTS
      for (let c = 0; c < 3; c++) {
        const slope = y.gradient[row * 3 + c]!
        shares.gradient[at + c]! += slope
        for (let k = 0; k < SLOTS; k++) {
          shares.gradient[at + 3 + k]! += slope * palette.data[colours + k * 3 + c]!
          palette.gradient[colours + k * 3 + c]! += slope * shares.data[at + 3 + k]!
        }
      }
    }
  })
  return y
}
