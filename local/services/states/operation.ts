import type { StatesContext } from './context.ts'
import type { Shape } from './wire/shapes.ts'

/** Who called, as far as an operation needs to know. */
export interface Caller {
  /** Aborted when the client hangs up. */
  signal: AbortSignal
}

/** One operation of the API: what it takes, on what it acts, and what it does. */
export interface Operation<I> {
  input: Shape<I>
  /** The ARN that the caller needs permission on; `*` for operations on no resource in particular. */
  resource(input: I, context: StatesContext): string
  run(input: I, context: StatesContext, caller: Caller): object | Promise<object>
}

/** Declares an operation, with the type of its input taken from its shape. */
export function operation<I>(declared: Operation<I>): Operation<I> {
  return declared
}

/** The API's times are seconds since the epoch. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000
}

/** Leaves out members without a value, which JSON has no word for. */
export function compact<T extends object>(answer: T): T {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined)) as T
}
