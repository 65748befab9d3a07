import type { Eventually, Json } from '../contract.ts'
import type { Scope } from './scope.ts'

/** A field of a state, compiled. JSONPath answers at once; JSONata may answer later. Throws StateError. */
export interface Expression {
  readonly evaluate: (scope: Scope) => Eventually<Json>
  /** Set when the value never changes: it was written out in the definition. */
  readonly constant?: Json
}

/** Work that may have to wait for JSONata: a generator that yields promises and gets their values back. */
export type Work<T> = Generator<Promise<unknown>, T, unknown>

/** Waits for a value if there is need to: `const value = yield* settle(expression.evaluate(scope))`. */
export function* settle<T>(value: Eventually<T>): Work<T> {
  return value instanceof Promise ? ((yield value) as T) : value
}

/** Runs work to its end; the result is a promise only when a promise was met. */
export function perform<T>(work: Work<T>): Eventually<T> {
  const first = work.next()
  return first.done ? first.value : performLater(work, first.value)
}

async function performLater<T>(work: Work<T>, awaited: Promise<unknown>): Promise<T> {
  let next = awaited
  for (;;) {
    const result = await next.then(
      (value) => work.next(value),
      (error: unknown) => work.throw(error),
    )
    if (result.done) return result.value
    next = result.value
  }
}

export function constantExpression(value: Json): Expression {
  return { evaluate: () => value, constant: value }
}
