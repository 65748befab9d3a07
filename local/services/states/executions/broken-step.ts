import type { Execution, Outcome, StepResult } from '../../../interpreter/contract.ts'

/** The step of an execution whose interpretation failed unexpectedly: it ends with `States.Runtime`. */
export function brokenStep(state: Execution, at: number, reason: unknown): StepResult {
  const cause = `An error occurred while interpreting the state machine: ${reason instanceof Error ? reason.message : String(reason)}`
  const outcome: Outcome = { status: 'FAILED', error: 'States.Runtime', cause }
  const id = state.eventCount + 1
  return {
    execution: { ...state, status: 'FAILED', outcome, eventCount: id },
    events: [
      {
        id,
        previousEventId: state.eventCount,
        timestamp: at,
        type: 'ExecutionFailed',
        executionFailedEventDetails: { error: 'States.Runtime', cause },
      },
    ],
    effects: [{ kind: 'executionEnded', outcome }],
    pending: false,
  }
}
