import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { states } from '../aws/states.ts'

/** What there was to stop; `ended` had come to its end by itself. */
export type Stop = 'stopped' | 'ended' | 'absent'

const REFUSALS: Readonly<Record<string, Stop>> = { ExecutionDoesNotExist: 'absent', ValidationException: 'ended' }

/** Stops an execution, and with it what it waits for. Repeatable; what is not there, or has ended, is no error. */
export async function stopExecution(executionArn: string, cause: string, error = 'Stopped'): Promise<Stop> {
  try {
    await withTransientErrors(() => states.send(new StopExecutionCommand({ executionArn, error, cause })))
    return 'stopped'
  } catch (refusal) {
    const known = REFUSALS[(refusal as Error).name]
    if (known === undefined) throw refusal
    return known
  }
}
