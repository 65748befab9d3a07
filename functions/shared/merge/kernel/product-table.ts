import { BF16_VALUES, encodeBf16, encodeF16, F16_VALUES } from './half-floats.ts'

/** The element types of 16 bits, for which every product with one factor fits into a table. */
export type ShortDtype = 'F16' | 'BF16'

/** How a 16-bit type is read and written. */
export const SHORT_TYPES = {
  F16: { values: F16_VALUES, encode: encodeF16 },
  BF16: { values: BF16_VALUES, encode: encodeBf16 },
} as const

const KEPT_TABLES = 6
const tables = new Map<string, Float32Array>()

/**
 * For the bits of every value x of the type: `factor * x` computed in 32 bits and rounded to the type, as a float. One
 * look-up replaces a multiplication and two conversions.
 */
export function productTable(dtype: ShortDtype, factor: number): Float32Array {
  const single = Math.fround(factor)
  const key = `${dtype}:${Object.is(single, -0) ? '-0' : single}`
  const known = tables.get(key)
  if (known !== undefined) return known
  const table = computeProducts(dtype, single)
  if (tables.size >= KEPT_TABLES) tables.clear()
  tables.set(key, table)
  return table
}

function computeProducts(dtype: ShortDtype, factor: number): Float32Array {
  const { values, encode } = SHORT_TYPES[dtype]
  const products = values.map((value) => factor * value)
  const rounded = new Uint16Array(products.length)
  encode(new Int32Array(products.buffer), rounded, products.length)
  return Float32Array.from(rounded, (bits) => values[bits]!)
}
