import type { Json } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import { jsonEqual } from '../json.ts'
import { arrayArgument, integerArgument } from './arguments.ts'

/** The most elements States.ArrayRange makes. */
const LONGEST_RANGE = 1000

/** `States.Array(a, b, …)` */
export function array(args: readonly Json[]): Json {
  return args
}

/** `States.ArrayContains(array, value)` */
export function arrayContains(args: readonly Json[]): Json {
  return arrayArgument(args, 0, 'States.ArrayContains').some((item) => jsonEqual(item, args[1]!))
}

/** `States.ArrayGetItem(array, index)` */
export function arrayGetItem(args: readonly Json[]): Json {
  const item = arrayArgument(args, 0, 'States.ArrayGetItem')[integerArgument(args, 1, 'States.ArrayGetItem')]
  if (item === undefined)
    throw intrinsicFailure(`Invalid arguments in States.ArrayGetItem: the index ${args[1]} is out of bounds`)
  return item
}

/** `States.ArrayLength(array)` */
export function arrayLength(args: readonly Json[]): Json {
  return arrayArgument(args, 0, 'States.ArrayLength').length
}

/** `States.ArrayPartition(array, size)` */
export function arrayPartition(args: readonly Json[]): Json {
  const items = arrayArgument(args, 0, 'States.ArrayPartition')
  const size = integerArgument(args, 1, 'States.ArrayPartition')
  if (size < 1)
    throw intrinsicFailure(
      'Invalid arguments in States.ArrayPartition: the chunk size must be a non-zero positive integer',
    )
  return partition(items, size)
}

export function partition(items: readonly Json[], size: number): readonly Json[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  )
}

/** `States.ArrayRange(first, last, step)`, the last included. */
export function arrayRange(args: readonly Json[]): Json {
  const name = 'States.ArrayRange'
  const range = createRange(
    integerArgument(args, 0, name),
    integerArgument(args, 1, name),
    integerArgument(args, 2, name),
  )
  if (range === undefined) throw intrinsicFailure(`Invalid arguments in ${name}: the step must not be zero`)
  if (range.length > LONGEST_RANGE)
    throw intrinsicFailure(`Invalid arguments in ${name}: the range may have at most ${LONGEST_RANGE} elements`)
  return range
}

/** `undefined` when the step is zero. At most one element more than allowed is made. */
export function createRange(first: number, last: number, step: number): readonly number[] | undefined {
  if (step === 0) return undefined
  const length = Math.max(0, Math.floor((last - first) / step) + 1)
  return Array.from({ length: Math.min(length, LONGEST_RANGE + 1) }, (_, index) => first + index * step)
}

/** `States.ArrayUnique(array)`: the first of equal elements stays. */
export function arrayUnique(args: readonly Json[]): Json {
  const items = arrayArgument(args, 0, 'States.ArrayUnique')
  return items.filter((item, index) => items.findIndex((other) => jsonEqual(item, other)) === index)
}
