import type { FloatDtype } from '../element-types.ts'
import type { Operation } from '../plan.ts'

/** What is computed for each element of a tensor, and in which types. */
export interface Arithmetic {
  operation: Exclude<Operation, 'copy'>
  /** Of the primary's tensor and its partners'. */
  types: readonly FloatDtype[]
  /** The type of the difference, for the two additions. */
  difference: FloatDtype | undefined
  /** The type of the sum. */
  result: FloatDtype
  /** The type that is written; F16 and BF16 are reached through F32, also from F64. */
  target: FloatDtype
  multiplier: number
}
