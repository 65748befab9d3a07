import type { Matrix } from './matrix.ts'
import { addProduct, addTransposedLeftProduct, transpose } from './matrix-product.ts'
import type { Tape } from './tape.ts'

/** Weight [in × out] and bias [1 × out] of a linear layer. */
export interface LinearWeights {
  readonly weight: Matrix
  readonly bias: Matrix
}

/** x · weight + bias, row by row. */
export function linear(tape: Tape, x: Matrix, { weight, bias }: LinearWeights): Matrix {
  const size = { rows: x.rows, inner: x.columns, columns: weight.columns }
  const y = tape.matrix(x.rows, weight.columns)
  for (let row = 0; row < y.rows; row++) y.data.set(bias.data, row * y.columns)
  addProduct({ into: y.data, left: x.data, right: weight.data }, size)
  tape.record(() => {
    addTransposedLeftProduct({ into: weight.gradient, left: x.data, right: y.gradient }, size)
    addColumnSums(bias.gradient, y)
    if (x.gradient.length === 0) return
    const scratch = tape.matrix(weight.columns, weight.rows).data
    const turned = transpose(weight.data, weight, scratch)
    const back = { rows: x.rows, inner: weight.columns, columns: x.columns }
    addProduct({ into: x.gradient, left: y.gradient, right: turned }, back)
  })
  return y
}

function addColumnSums(into: Float32Array, { rows, columns, gradient }: Matrix): void {
  for (let column = 0; column < columns; column++) {
    let sum = 0
    for (let row = 0, at = column; row < rows; row++, at += columns) sum += gradient[at]!
    into[column]! += sum
  }
}
