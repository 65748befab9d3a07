import { StateError } from '../../error/state-error.ts'
import type { FailState } from '../../machine.ts'
import { type Expression, settle, type Work } from '../../query/expression.ts'
import type { Scope } from '../../query/scope.ts'
import type { Frame } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'

/** Always throws: the Fail state's own words, or what went wrong in reading them. */
export function* enterFail(run: Run, frame: Frame, state: FailState): Work<never> {
  const scope = scopeOf(run, frame, { data: frame.input })
  const error = yield* evaluateText(state.error, scope)
  const cause = yield* evaluateText(state.cause, scope)
  throw new StateError({ error, cause })
}

function* evaluateText(expression: Expression | undefined, scope: Scope): Work<string | undefined> {
  return expression === undefined ? undefined : ((yield* settle(expression.evaluate(scope))) as string)
}
