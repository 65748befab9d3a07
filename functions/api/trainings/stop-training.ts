import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { states } from '../../shared/aws/states.ts'
import { executionArnOf, type TrainingsContext } from './trainings-context.ts'

/** What StopExecution says of an execution that is not there, or has ended. */
const OVER: ReadonlySet<string> = new Set(['ExecutionDoesNotExist', 'ValidationException'])

/** Stops the execution, and with it the job; its announcement writes the status and cleans up. One that has ended is fine. */
export async function stopExecution(context: TrainingsContext, id: string, cause: string): Promise<void> {
  const stop = new StopExecutionCommand({ executionArn: executionArnOf(context, id), error: 'Stopped', cause })
  try {
    await withTransientErrors(() => states.send(stop))
  } catch (error) {
    if (!OVER.has((error as Error).name)) throw error
  }
}
