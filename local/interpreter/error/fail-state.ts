import type { JsonObject } from '../contract.ts'
import type { State } from '../machine.ts'
import { settle, type Work } from '../query/expression.ts'
import { evaluateAssign, exitState } from '../run/exit-state.ts'
import { type Frame, waitingForNothing } from '../run/frame.ts'
import { advance, type Run, record } from '../run/run.ts'
import { scopeOf } from '../run/scope-of.ts'
import { setTimer } from '../run/timers.ts'
import { type Transition, waiting } from '../run/transition.ts'
import { type Catcher, errorOutput, findCatcher } from './catch.ts'
import { decideRetry, type Retrier } from './retry.ts'
import { StateError, StatesErrors } from './state-error.ts'

/** What became of a failure: the state goes on (Retry, Catch), or its workflow fails with the error. */
export type Recovery = Transition | { readonly kind: 'failed'; readonly error: StateError }

/** The law of a failing state: record it, ask Retry, ask Catch, or give up. */
export function* failState(run: Run, frame: Frame, raised: StateError): Work<Recovery> {
  const error = explain(run, frame, raised)
  frame.waiting = waitingForNothing
  const state = frame.state
  if (retry(run, frame, { retriers: 'retry' in state ? state.retry : [], error })) return waiting
  recordFailedState(run, frame, error)
  const catcher = 'catch' in state ? findCatcher(state.catch, error) : undefined
  return catcher === undefined ? { kind: 'failed', error } : yield* catchError(run, frame, { catcher, error })
}

/** Puts AWS's sentence around the cause and records EvaluationFailed where it belongs. */
function explain(run: Run, frame: Frame, raised: StateError): StateError {
  if (!raised.inState) return raised
  const { error, evaluation } = raised
  const cause = `An error occurred while executing the state '${frame.state.name}' (entered at the event id #${frame.enteredId}). ${raised.stateCause}`
  if (evaluation !== undefined) {
    const details: JsonObject = {
      error: error!,
      cause,
      state: frame.state.name,
      ...(evaluation.location === undefined ? {} : { location: evaluation.location }),
    }
    const beside = frame.previous === frame.enteredId && evaluation.afterEntry !== true
    frame.previous = record(run, 'EvaluationFailed', { previous: beside ? frame.beforeEntry : frame.previous, details })
  }
  return new StateError({ error, cause })
}

/** Sets the timer of the next attempt; false when there is none. */
function retry(
  run: Run,
  frame: Frame,
  { retriers, error }: { retriers: readonly Retrier[]; error: StateError },
): boolean {
  const decision = decideRetry(retriers, error, { attempts: frame.attempts, random: run.world.random })
  if (decision === undefined) return false
  frame.attempts = retriers.map((_, index) => (frame.attempts[index] ?? 0) + (index === decision.index ? 1 : 0))
  frame.retryCount += 1
  frame.waiting = {
    kind: 'timer',
    timerId: setTimer(run, frame, run.at + Math.round(decision.delaySeconds * 1000)),
    purpose: 'retry',
  }
  return true
}

const GROUPS: ReadonlySet<State['type']> = new Set(['Map', 'Parallel'])

/** Map and Parallel have an event of their own for it, except when the machine itself is at fault. */
function recordFailedState(run: Run, frame: Frame, { error }: StateError): void {
  if (GROUPS.has(frame.state.type) && error !== StatesErrors.runtime)
    advance(run, frame, { type: `${frame.state.type}StateFailed` })
}

/** Leaves the state through the catcher. A failure in doing so is final. */
export function* catchError(
  run: Run,
  frame: Frame,
  { catcher, error }: { catcher: Catcher; error: StateError },
): Work<Recovery> {
  const errors = errorOutput(error)
  const scope = scopeOf(run, frame, { data: errors, errorOutput: errors })
  try {
    const assigned = yield* evaluateAssign(catcher.assign, scope)
    const output =
      catcher.output === undefined ? place(catcher, frame, errors) : yield* settle(catcher.output.evaluate(scope))
    return exitState(run, frame, { output, assigned, next: catcher.next })
  } catch (raised) {
    if (raised instanceof StateError) return { kind: 'failed', error: explain(run, frame, raised) }
    throw raised
  }
}

function place({ resultPath }: Catcher, frame: Frame, errors: JsonObject) {
  if (resultPath === undefined) return errors
  return resultPath === null ? frame.input : resultPath(frame.input, errors)
}
