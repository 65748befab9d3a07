import type { Json } from '../contract.ts'
import { parseTimestamp } from '../query/timestamp.ts'
import { stringMatches } from './string-matches.ts'

/** Does the value at Variable pass, given the operand? Values of another type never do. */
export type Comparator = (value: Json, operand: Json) => boolean

type Order<T> = (value: T, operand: T) => boolean

function strings(order: Order<string>): Comparator {
  return (value, operand) => typeof value === 'string' && typeof operand === 'string' && order(value, operand)
}

function numerics(order: Order<number>): Comparator {
  return (value, operand) => typeof value === 'number' && typeof operand === 'number' && order(value, operand)
}

function timestamps(order: Order<number>): Comparator {
  return (value, operand) => {
    const left = typeof value === 'string' ? parseTimestamp(value) : undefined
    const right = typeof operand === 'string' ? parseTimestamp(operand) : undefined
    return left !== undefined && right !== undefined && order(left, right)
  }
}

/** Comparators that compare with a value; each has a twin whose name ends in `Path` that reads it from a path. */
export const comparators: Readonly<Record<string, Comparator>> = {
  StringEquals: strings((value, operand) => value === operand),
  StringLessThan: strings((value, operand) => value < operand),
  StringGreaterThan: strings((value, operand) => value > operand),
  StringLessThanEquals: strings((value, operand) => value <= operand),
  StringGreaterThanEquals: strings((value, operand) => value >= operand),
  NumericEquals: numerics((value, operand) => value === operand),
  NumericLessThan: numerics((value, operand) => value < operand),
  NumericGreaterThan: numerics((value, operand) => value > operand),
  NumericLessThanEquals: numerics((value, operand) => value <= operand),
  NumericGreaterThanEquals: numerics((value, operand) => value >= operand),
  BooleanEquals: (value, operand) => typeof value === 'boolean' && value === operand,
  TimestampEquals: timestamps((value, operand) => value === operand),
  TimestampLessThan: timestamps((value, operand) => value < operand),
  TimestampGreaterThan: timestamps((value, operand) => value > operand),
  TimestampLessThanEquals: timestamps((value, operand) => value <= operand),
  TimestampGreaterThanEquals: timestamps((value, operand) => value >= operand),
}

/** `StringMatches` has no Path twin. */
export const patternComparators: Readonly<Record<string, Comparator>> = {
  StringMatches: strings(stringMatches),
}

/** Type tests: the operand says which answer is wanted. */
export const typeTests: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => typeof value === 'string' && parseTimestamp(value) !== undefined,
}

/** Every key a rule may compare by. */
export const comparatorNames: ReadonlySet<string> = new Set([
  ...Object.keys(comparators),
  ...Object.keys(comparators).map((name) => `${name}Path`),
  ...Object.keys(patternComparators),
  ...Object.keys(typeTests),
  'IsPresent',
])
