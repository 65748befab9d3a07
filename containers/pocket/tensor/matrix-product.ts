/**
 * The two products that layers need, each adding to `into`. Blocks of 2 × 4 sums stay in registers: about 4 GFLOPS on one
 * core. A sum runs over its terms in ascending order and in doubles, so that every machine gets the same bits. Columns
 * are multiples of 4. `| 0` tells the compiler that a number is an integer: an index that might be a double halves the speed.
 */

export interface Factors {
  readonly into: Float32Array
  readonly left: Float32Array
  readonly right: Float32Array
}

export interface ProductSize {
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

/** Rows that `addTransposedLeftProduct` reads again while they are still in the first-level cache. */
const CHUNK = 64

/** into[rows × columns] += left[rows × inner] · right[inner × columns] */
export function addProduct({ into, left, right }: Factors, size: ProductSize): void {
  const rows = size.rows | 0
  const inner = size.inner | 0
  const columns = size.columns | 0
  for (let i = 0; i < rows; i += 2) {
    const upper = (i * inner) | 0
    // An odd last row is its own partner, and is written once.
    const isPair = i + 1 < rows
    const lower = isPair ? (upper + inner) | 0 : upper
    for (let j = 0; j < columns; j += 4) {
      let c00 = 0
      let c01 = 0
      let c02 = 0
      let c03 = 0
      let c10 = 0
      let c11 = 0
      let c12 = 0
      let c13 = 0
      for (let k = 0, at = j; k < inner; k++, at = (at + columns) | 0) {
        const b0 = right[at]!
        const b1 = right[at + 1]!
        const b2 = right[at + 2]!
        const b3 = right[at + 3]!
        const a0 = left[upper + k]!
        const a1 = left[lower + k]!
        c00 += a0 * b0
        c01 += a0 * b1
        c02 += a0 * b2
        c03 += a0 * b3
        c10 += a1 * b0
        c11 += a1 * b1
        c12 += a1 * b2
        c13 += a1 * b3
      }
      const out = (i * columns + j) | 0
      into[out]! += c00
      into[out + 1]! += c01
      into[out + 2]! += c02
      into[out + 3]! += c03
      if (!isPair) continue
      into[out + columns]! += c10
      into[out + columns + 1]! += c11
      into[out + columns + 2]! += c12
      into[out + columns + 3]! += c13
    }
  }
}

/**
 * into[inner × columns] += leftᵀ · right, where left is [rows × inner] and right is [rows × columns]: the gradient of
 * weights. `inner` is even.
 */
export function addTransposedLeftProduct({ into, left, right }: Factors, size: ProductSize): void {
  const rows = size.rows | 0
  const inner = size.inner | 0
  const columns = size.columns | 0
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(rows, start + CHUNK) | 0
    for (let i = 0; i < inner; i += 2) {
      for (let j = 0; j < columns; j += 4) {
        let c00 = 0
        let c01 = 0
        let c02 = 0
        let c03 = 0
        let c10 = 0
        let c11 = 0
        let c12 = 0
        let c13 = 0
        let from = (start * inner + i) | 0
        let at = (start * columns + j) | 0
        for (let row = start; row < end; row++) {
          const b0 = right[at]!
          const b1 = right[at + 1]!
          const b2 = right[at + 2]!
          const b3 = right[at + 3]!
          const a0 = left[from]!
          const a1 = left[from + 1]!
          c00 += a0 * b0
          c01 += a0 * b1
          c02 += a0 * b2
          c03 += a0 * b3
          c10 += a1 * b0
          c11 += a1 * b1
          c12 += a1 * b2
          c13 += a1 * b3
          from = (from + inner) | 0
          at = (at + columns) | 0
        }
        const out = (i * columns + j) | 0
        into[out]! += c00
        into[out + 1]! += c01
        into[out + 2]! += c02
        into[out + 3]! += c03
        into[out + columns]! += c10
        into[out + columns + 1]! += c11
        into[out + columns + 2]! += c12
        into[out + columns + 3]! += c13
      }
    }
  }
}

/** The transposed of a [rows × columns] matrix, written to `into`. */
export function transpose(
  matrix: Float32Array,
  { rows, columns }: Pick<ProductSize, 'rows' | 'columns'>,
  into: Float32Array,
): Float32Array {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) into[j * rows + i] = matrix[i * columns + j]!
  }
  return into
}
