/** EventBridge's "Step Functions Execution Status Change", as far as it is read here. Times are milliseconds since the epoch. */
export interface ExecutionStatusEvent {
  id: string
  detail: {
    executionArn: string
    stateMachineArn: string
    name: string
    status: string
    startDate: number
    stopDate: number | null
    /** Left out by AWS when it is too large for an event. */
    input?: string | null
    error?: string | null
    cause?: string | null
  }
}

/** How an execution of any lifecycle can end, in the words of our records. */
export type Outcome = 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped'

/** An execution that has ended. */
export interface ExecutionEnding {
  eventId: string
  executionArn: string
  machineArn: string
  /** Execution name, which is the record's id. */
  id: string
  outcome: Outcome
  /** Why it did not succeed. */
  reason?: { error: string; cause: string }
  startedAt: string
  endedAt: string
  input: { requestedBy?: string; request?: Record<string, unknown> }
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  TIMED_OUT: 'TimedOut',
  ABORTED: 'Stopped',
}

/** What is said when Step Functions itself gives no error or cause. */
const DEFAULT_REASONS: Readonly<Record<Exclude<Outcome, 'Succeeded'>, { error: string; cause: string }>> = {
  Failed: { error: 'Unknown', cause: 'The execution failed without telling why' },
  TimedOut: { error: 'States.Timeout', cause: 'The execution took longer than its machine allows' },
  Stopped: { error: 'Stopped', cause: 'The execution was stopped' },
}

/** Reads the event; undefined while the execution has not ended. */
export function readEnding({ id: eventId, detail }: ExecutionStatusEvent): ExecutionEnding | undefined {
  const outcome = OUTCOMES[detail.status]
  if (!outcome) return undefined
  return {
    eventId,
    executionArn: detail.executionArn,
    machineArn: detail.stateMachineArn,
    id: detail.name,
    outcome,
    ...(outcome === 'Succeeded' ? {} : { reason: reasonOf(detail, DEFAULT_REASONS[outcome]) }),
    startedAt: new Date(detail.startDate).toISOString(),
    endedAt: new Date(detail.stopDate ?? detail.startDate).toISOString(),
    input: inputOf(detail.input),
  }
}

function reasonOf(
  { error, cause }: ExecutionStatusEvent['detail'],
  fallback: { error: string; cause: string },
): { error: string; cause: string } {
  return { error: error || fallback.error, cause: cause || fallback.cause }
}

function inputOf(input: string | null | undefined): ExecutionEnding['input'] {
  return input ? (JSON.parse(input) as ExecutionEnding['input']) : {}
}
