/**
 * Rows of `columns` numbers. Activations have one row per position of every picture of the batch; `gradient` has the
 * length of `data` while training and is empty while sampling.
 */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
  readonly gradient: Float32Array
}

const NO_GRADIENT = new Float32Array(0)

/** A matrix of zeros, or of the given numbers, whose gradient is kept. */
export function trainableMatrix(
  rows: number,
  columns: number,
  data: Float32Array = new Float32Array(rows * columns),
): Matrix {
  return { rows, columns, data, gradient: new Float32Array(rows * columns) }
}

/** A matrix of zeros, or of the given numbers, without a gradient. */
export function constantMatrix(
  rows: number,
  columns: number,
  data: Float32Array = new Float32Array(rows * columns),
): Matrix {
  return { rows, columns, data, gradient: NO_GRADIENT }
}
