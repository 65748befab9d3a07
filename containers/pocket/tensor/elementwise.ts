import type { Matrix } from './matrix.ts'
import type { Tape } from './tape.ts'

/**
 * x · (½ + ½ · x / (1 + |x|)): the shape of SiLU with a division in place of an exponential, whose last bits differ
 * between engines.
 */
export function swish(tape: Tape, x: Matrix): Matrix {
  const y = tape.matrix(x.rows, x.columns)
  const [from, to] = [x.data, y.data]
  for (let i = 0; i < from.length; i++) {
    const value = from[i]!
    to[i] = value * (0.5 + (0.5 * value) / (1 + Math.abs(value)))
  }
  tape.record(() => {
    const [into, dy] = [x.gradient, y.gradient]
    for (let i = 0; i < from.length; i++) {
      const value = from[i]!
      const inverse = 1 / (1 + Math.abs(value))
      into[i]! += dy[i]! * (0.5 + 0.5 * value * inverse + 0.5 * value * inverse * inverse)
    }
  })
  return y
}

/** a + b, of the same size. */
export function add(tape: Tape, a: Matrix, b: Matrix): Matrix {
  const y = tape.matrix(a.rows, a.columns)
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i]! + b.data[i]!
  tape.record(() => {
    addInto(a.gradient, y.gradient)
    addInto(b.gradient, y.gradient)
  })
  return y
}

function addInto(into: Float32Array, from: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += from[i]!
}

/** Adds to every picture of the batch the same rows, one per position. */
export function addToEach(tape: Tape, x: Matrix, positions: Matrix): Matrix {
  const y = tape.matrix(x.rows, x.columns)
  const each = positions.data.length
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i]! + positions.data[i % each]!
  tape.record(() => {
    addInto(x.gradient, y.gradient)
    for (let i = 0; i < y.gradient.length; i++) positions.gradient[i % each]! += y.gradient[i]!
  })
  return y
}
