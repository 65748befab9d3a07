import type { Json } from '../contract.ts'
import { type Expression, settle, type Work } from './expression.ts'
import type { Scope } from './scope.ts'

/** The value of a field that may not be there. */
export function* evaluateOptional(expression: Expression | undefined, scope: Scope): Work<Json | undefined> {
  return expression === undefined ? undefined : yield* settle(expression.evaluate(scope))
}
