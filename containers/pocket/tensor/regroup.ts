import type { Grid } from './depthwise-convolution.ts'
import type { Matrix } from './matrix.ts'
import type { Tape } from './tape.ts'

/** Folds every 2 × 2 positions into one of four times the channels; `grid` is that of `x`. */
export function foldPositions(tape: Tape, x: Matrix, grid: Grid): Matrix {
  return regroup(tape, x, { rows: x.rows >> 2, columns: x.columns * 4, map: foldMap(grid, x.columns) })
}

/** The way back: unfolds every position into 2 × 2 of a quarter of the channels; `grid` is that of the result. */
export function unfoldPositions(tape: Tape, x: Matrix, grid: Grid): Matrix {
  const map = foldMap(grid, x.columns >> 2)
  return regroup(tape, x, { rows: x.rows * 4, columns: x.columns >> 2, map: inverseOf(map) })
}

interface Regrouping {
  readonly rows: number
  readonly columns: number
  /** Where each number of the result is taken from. */
  readonly map: Int32Array
}

function regroup(tape: Tape, x: Matrix, { rows, columns, map }: Regrouping): Matrix {
  const y = tape.matrix(rows, columns)
  for (let i = 0; i < map.length; i++) y.data[i] = x.data[map[i]!]!
  tape.record(() => {
    for (let i = 0; i < map.length; i++) x.gradient[map[i]!]! += y.gradient[i]!
  })
  return y
}

const maps = new Map<string, Int32Array>()

function foldMap({ pictures, side }: Grid, channels: number): Int32Array {
  const key = `${pictures} ${side} ${channels}`
  const known = maps.get(key)
  if (known !== undefined) return known
  const map = new Int32Array(pictures * side * side * channels)
  let to = 0
  for (let row = 0; row < pictures * (side / 2); row++) {
    for (let x = 0; x < side; x += 2) {
      for (let corner = 0; corner < 4; corner++) {
        const from = (row * 2 + (corner >> 1)) * side + x + (corner & 1)
        for (let c = 0; c < channels; c++) map[to++] = from * channels + c
      }
    }
  }
  maps.set(key, map)
  return map
}

const inverses = new WeakMap<Int32Array, Int32Array>()

function inverseOf(map: Int32Array): Int32Array {
  const known = inverses.get(map)
  if (known !== undefined) return known
  const inverse = new Int32Array(map.length)
  for (let i = 0; i < map.length; i++) inverse[map[i]!] = i
  inverses.set(map, inverse)
  return inverse
}
