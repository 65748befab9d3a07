import type { Matrix } from './matrix.ts'
import type { Tape } from './tape.ts'

const EPSILON = 1e-5

/**
 * Divides every row by its root mean square, then scales and shifts it as the condition of its picture says:
 * x̂ · (1 + scale) + shift. `modulation` has one row per picture: scales, then shifts.
 */
export function modulatedNorm(tape: Tape, x: Matrix, modulation: Matrix): Matrix {
  const { rows, columns } = x
  const y = tape.matrix(rows, columns)
  const inverses = tape.matrix(rows, 1).data
  const positions = rows / modulation.rows
  for (let row = 0; row < rows; row++) {
    const at = row * columns
    const scale = Math.floor(row / positions) * 2 * columns
    const inverse = 1 / Math.sqrt(meanSquare(x.data, at, columns) + EPSILON)
    inverses[row] = inverse
    for (let c = 0; c < columns; c++) {
      y.data[at + c] =
        x.data[at + c]! * inverse * (1 + modulation.data[scale + c]!) + modulation.data[scale + columns + c]!
    }
  }
  tape.record(() => {
    for (let row = 0; row < rows; row++) {
      const scale = Math.floor(row / positions) * 2 * columns
      goBackOneRow({ x, y, modulation }, { at: row * columns, scale, inverse: inverses[row]! })
    }
  })
  return y
}

function goBackOneRow(
  { x, y, modulation }: { x: Matrix; y: Matrix; modulation: Matrix },
  { at, scale, inverse }: { at: number; scale: number; inverse: number },
): void {
  const columns = x.columns
  let along = 0
  for (let c = 0; c < columns; c++) {
    const dy = y.gradient[at + c]!
    const normal = x.data[at + c]! * inverse
    modulation.gradient[scale + c]! += dy * normal
    modulation.gradient[scale + columns + c]! += dy
    along += dy * (1 + modulation.data[scale + c]!) * normal
  }
  along /= columns
  for (let c = 0; c < columns; c++) {
    const dNormal = y.gradient[at + c]! * (1 + modulation.data[scale + c]!)
    x.gradient[at + c]! += inverse * (dNormal - x.data[at + c]! * inverse * along)
  }
}

function meanSquare(data: Float32Array, at: number, count: number): number {
  let sum = 0
  for (let i = at; i < at + count; i++) sum += data[i]! * data[i]!
  return sum / count
}
