import type { LinearWeights } from './linear.ts'
import type { Matrix } from './matrix.ts'
import type { Tape } from './tape.ts'

/** The square grid that the rows of a picture are positions of. */
export interface Grid {
  readonly pictures: number
  readonly side: number
}

/**
 * Convolves each channel with its own square kernel; outside the grid there are zeros. `weight` is [kernel² × channels],
 * `bias` [1 × channels].
 */
export function convolveDepthwise(tape: Tape, x: Matrix, { weight, bias }: LinearWeights, grid: Grid): Matrix {
  const y = tape.matrix(x.rows, x.columns)
  for (let row = 0; row < y.rows; row++) y.data.set(bias.data, row * y.columns)
  const taps = listTaps(weight.rows, grid.side)
  for (const tap of taps) addTap(tap, grid, [x.data, weight.data, y.data])
  tape.record(() => {
    const dy = y.gradient
    for (let at = 0; at < dy.length; at += x.columns) {
      for (let c = 0; c < x.columns; c++) bias.gradient[c]! += dy[at + c]!
    }
    for (const tap of taps) goBackTap(tap, grid, { x, weight, dy })
  })
  return y
}

/** One tap's part of the convolution, over all pictures. */
function addTap(tap: Tap, { pictures, side }: Grid, [x, weight, y]: readonly Float32Array[]): void {
  const columns = (y!.length / (pictures * side * side)) | 0
  const from = (tap.dy * side + tap.dx) * columns
  const kernel = tap.index * columns
  for (let line = 0; line < pictures * side; line++) {
    if (leavesGrid(line, tap, side)) continue
    const end = (line * side + Math.min(side, side - tap.dx)) * columns
    for (let at = (line * side + Math.max(0, -tap.dx)) * columns; at < end; at += columns) {
      for (let c = 0; c < columns; c++) y![at + c]! += x![at + from + c]! * weight![kernel + c]!
    }
  }
}

function goBackTap(
  tap: Tap,
  { pictures, side }: Grid,
  { x, weight, dy }: { x: Matrix; weight: Matrix; dy: Float32Array },
): void {
  const columns = x.columns | 0
  const from = (tap.dy * side + tap.dx) * columns
  const kernel = tap.index * columns
  const { data, gradient } = x
  for (let line = 0; line < pictures * side; line++) {
    if (leavesGrid(line, tap, side)) continue
    const end = (line * side + Math.min(side, side - tap.dx)) * columns
    for (let at = (line * side + Math.max(0, -tap.dx)) * columns; at < end; at += columns) {
      for (let c = 0; c < columns; c++) {
        const slope = dy[at + c]!
        gradient[at + from + c]! += slope * weight.data[kernel + c]!
        weight.gradient[kernel + c]! += slope * data[at + from + c]!
      }
    }
  }
}

function leavesGrid(line: number, { dy }: Tap, side: number): boolean {
  const y = (line % side) + dy
  return y < 0 || y >= side
}

interface Tap {
  readonly index: number
  readonly dx: number
  readonly dy: number
}

function listTaps(count: number, side: number): Tap[] {
  const kernel = Math.round(Math.sqrt(count))
  const reach = (kernel - 1) / 2
  const taps = Array.from({ length: count }, (_, index) => ({
    index,
    dx: (index % kernel) - reach,
    dy: Math.floor(index / kernel) - reach,
  }))
  return taps.filter(({ dx, dy }) => Math.abs(dx) < side && Math.abs(dy) < side)
}
