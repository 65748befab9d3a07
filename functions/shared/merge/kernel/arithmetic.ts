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
  /** The result passes through the primary's type, because it is written into the primary's tensor. */
  inPlace: boolean
  target: FloatDtype
  multiplier: number
}
