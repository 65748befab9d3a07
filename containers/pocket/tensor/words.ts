import type { Matrix } from './matrix.ts'
import type { Tape } from './tape.ts'

/** Prompts of one batch, each padded to the same number of places. Weight 0 marks a place without a word. */
export interface WordPlaces {
  readonly prompts: number
  readonly places: number
  /** Row of the table, for each place of each prompt. */
  readonly rows: Int32Array
  /** How much the word counts: 1 ordinarily. */
  readonly weights: Float32Array
}

/** The rows of the table that the words name, times their weights: one row per place. */
export function lookUpWords(tape: Tape, table: Matrix, words: WordPlaces): Matrix {
  const y = tape.matrix(words.rows.length, table.columns)
  const each = (visit: (to: number, from: number, weight: number) => void): void => {
    words.rows.forEach((row, place) => {
      const weight = words.weights[place]!
      if (weight === 0) return
      for (let c = 0; c < table.columns; c++) visit(place * table.columns + c, row * table.columns + c, weight)
    })
  }
  each((to, from, weight) => {
    y.data[to] = table.data[from]! * weight
  })
  tape.record(() => {
    each((to, from, weight) => {
      table.gradient[from]! += y.gradient[to]! * weight
    })
  })
  return y
}

/** Puts beside every place its neighbours, so that a linear layer sees `width` words at once: "red circle on". */
export function seeNeighbours(tape: Tape, x: Matrix, { places }: WordPlaces, width: number): Matrix {
  const y = tape.matrix(x.rows, x.columns * width)
  const reach = (width - 1) / 2
  const each = (visit: (to: number, from: number) => void): void => {
    for (let row = 0; row < x.rows; row++) {
      for (let slot = 0; slot < width; slot++) {
        const place = (row % places) + slot - reach
        if (place < 0 || place >= places) continue
        visit((row * width + slot) * x.columns, (row + slot - reach) * x.columns)
      }
    }
  }
  each((to, from) => {
    for (let c = 0; c < x.columns; c++) y.data[to + c] = x.data[from + c]!
  })
  tape.record(() => {
    each((to, from) => {
      for (let c = 0; c < x.columns; c++) x.gradient[from + c]! += y.gradient[to + c]!
    })
  })
  return y
}

/** Sums the places that have a word: one row per prompt. A prompt without words gives zeros. */
export function sumWords(tape: Tape, x: Matrix, { prompts, places, weights }: WordPlaces): Matrix {
  const y = tape.matrix(prompts, x.columns)
  const each = (visit: (to: number, from: number) => void): void => {
    for (let row = 0; row < x.rows; row++) {
      if (weights[row] !== 0) visit(Math.floor(row / places) * x.columns, row * x.columns)
    }
  }
  each((to, from) => {
    for (let c = 0; c < x.columns; c++) y.data[to + c]! += x.data[from + c]!
  })
  tape.record(() => {
    each((to, from) => {
      for (let c = 0; c < x.columns; c++) x.gradient[from + c]! += y.gradient[to + c]!
    })
  })
  return y
}
