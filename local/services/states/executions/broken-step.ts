import type { Execution, Outcome, StepResult } from '../../../interpreter/contract.ts'

type Failure = Extract<Outcome, { status: 'FAILED' | 'TIMED_OUT' | 'ABORTED' }>

/** How an execution ends whose interpretation failed unexpectedly. */
export function runtimeFailure(reason: unknown): Failure {
  const what = reason instanceof Error ? reason.message : String(reason)
  return {
    status: 'FAILED',
    error: 'States.Runtime',
    cause: `An error occurred while interpreting the state machine: ${what}`,
  }
}

/** The last step of such an execution. */
export function brokenStep(state: Execution, at: number, reason: unknown): StepResult {
  const outcome = runtimeFailure(reason)
  const { error, cause } = outcome
  const id = state.eventCount + 1
  return {
    execution: { ...state, status: 'FAILED', outcome, eventCount: id },
    events: [
      {
        id,
        previousEventId: state.eventCount,
        timestamp: at,
        type: 'ExecutionFailed',
        executionFailedEventDetails: { error: error!, cause: cause! },
      },
    ],
    effects: [{ kind: 'executionEnded', outcome }],
    pending: false,
  }
}
