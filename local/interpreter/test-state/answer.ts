import type { JsonObject, TestStateStep } from '../contract.ts'
import { findCatcher } from '../error/catch.ts'
import { matchesError } from '../error/error-equals.ts'
import { catchError } from '../error/fail-state.ts'
import { decideRetry } from '../error/retry.ts'
import type { StateError } from '../error/state-error.ts'
import type { Work } from '../query/expression.ts'
import { visibleVariables } from '../query/scope.ts'
import type { Transition } from '../run/transition.ts'
import type { Subject } from './subject.ts'

type Answer = Extract<TestStateStep, { kind: 'answer' }>

/** The state is through. */
export function succeeded(subject: Subject, transition: Exclude<Transition, { kind: 'waiting' }>): Answer {
  const nextState = transition.kind === 'next' ? { nextState: transition.state } : {}
  return {
    kind: 'answer',
    response: { status: 'SUCCEEDED', output: transition.text, ...nextState, ...inspectionOf(subject) },
  }
}

/** The state failed: would it be retried, caught, or is that the end? */
export function* failed(subject: Subject, error: StateError): Work<Answer> {
  const { state, run, frame, request } = subject
  const words = {
    ...(error.error === undefined ? {} : { error: error.error }),
    ...(error.stateCause === undefined ? {} : { cause: error.stateCause }),
  }
  const retriers = 'retry' in state ? state.retry : []
  const retryIndex = retriers.findIndex(({ errorEquals }) => matchesError(errorEquals, error))
  const retried = retryIndex < 0 ? {} : { retryIndex }
  const attempts = retriers.map(() => request.stateConfiguration?.retrierRetryCount ?? 0)
  const retry = decideRetry(retriers, error, { attempts, random: run.world.random })
  if (retry !== undefined) {
    const details = { retryIndex, retryBackoffIntervalSeconds: Math.round(retry.delaySeconds) }
    return { kind: 'answer', response: { status: 'RETRIABLE', ...words, ...inspectionOf(subject, details) } }
  }
  const catchers = 'catch' in state ? state.catch : []
  const catcher = findCatcher(catchers, error)
  if (catcher === undefined)
    return { kind: 'answer', response: { status: 'FAILED', ...words, ...inspectionOf(subject, retried) } }
  const recovery = yield* catchError(run, frame, { catcher, error })
  if (recovery.kind !== 'next')
    return { kind: 'answer', response: { status: 'FAILED', ...words, ...inspectionOf(subject, retried) } }
  const details = inspectionOf(subject, { catchIndex: catchers.indexOf(catcher), ...retried })
  return {
    kind: 'answer',
    response: { status: 'CAUGHT_ERROR', ...words, nextState: recovery.state, output: recovery.text, ...details },
  }
}

function inspectionOf(
  { request, frame, inspection }: Subject,
  errorDetails: JsonObject = {},
): { inspectionData?: JsonObject } {
  if (request.inspectionLevel === 'INFO') return {}
  const variables = visibleVariables(frame.variables)
  return {
    inspectionData: {
      input: request.input,
      ...inspection,
      ...(Object.keys(variables).length === 0 ? {} : { variables: JSON.stringify(variables) }),
      ...(Object.keys(errorDetails).length === 0 ? {} : { errorDetails }),
    },
  }
}
