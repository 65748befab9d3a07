import type { JsonObject, Outcome } from '../contract.ts'
import type { StateError } from '../error/state-error.ts'
import { abandon } from './abort-frame.ts'
import { intValues } from './int-map.ts'
import { type Run, record, settleFrames } from './run.ts'
import { cancelTimer } from './timers.ts'

/** The closing event of each outcome. */
const EVENTS: { readonly [S in Outcome['status']]: string } = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
}

/** Records the end after `previous`, takes back what is outstanding and tells the world. */
export function endExecution(run: Run, outcome: Outcome, previous: number): void {
  record(run, EVENTS[outcome.status], { previous, details: detailsOf(outcome) })
  run.outcome = outcome
  run.status = outcome.status
  run.jobs = []
  if (outcome.status !== 'SUCCEEDED') for (const frame of intValues(settleFrames(run))) abandon(run, frame)
  if (run.timeoutTimer !== undefined) cancelTimer(run, run.timeoutTimer)
  run.timeoutTimer = undefined
  run.effects.push({ kind: 'executionEnded', outcome })
}

function detailsOf(outcome: Outcome): JsonObject {
  if (outcome.status === 'SUCCEEDED') return { output: outcome.output, outputDetails: { truncated: false } }
  return {
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
    ...(outcome.cause === undefined ? {} : { cause: outcome.cause }),
  }
}

/** The outcome of an execution whose workflow failed. */
export function failedOutcome({ error, stateCause }: Pick<StateError, 'error' | 'stateCause'>): Outcome {
  return {
    status: 'FAILED',
    ...(error === undefined ? {} : { error }),
    ...(stateCause === undefined ? {} : { cause: stateCause }),
  }
}
