import type { Json } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import { isArray } from '../json.ts'

/** Typed access to the arguments of an intrinsic; throws States.IntrinsicFailure when the type does not fit. */
export function arrayArgument(args: readonly Json[], position: number, name: string): readonly Json[] {
  const value = args[position]
  if (!isArray(value)) throw invalid(args, position, { name, expected: 'array' })
  return value
}

export function numberArgument(args: readonly Json[], position: number, name: string): number {
  const value = args[position]
  if (typeof value !== 'number') throw invalid(args, position, { name, expected: 'number' })
  return value
}

/** Step Functions rounds half up before it calculates. */
export function integerArgument(args: readonly Json[], position: number, name: string): number {
  return Math.round(numberArgument(args, position, name))
}

export function stringArgument(args: readonly Json[], position: number, name: string): string {
  const value = args[position]
  if (typeof value !== 'string') throw invalid(args, position, { name, expected: 'string' })
  return value
}

function invalid(
  args: readonly Json[],
  position: number,
  { name, expected }: { name: string; expected: string },
): Error {
  return intrinsicFailure(
    `Invalid arguments in ${name}: argument ${position + 1} must be of type ${expected} but was ${JSON.stringify(args[position])}`,
  )
}
