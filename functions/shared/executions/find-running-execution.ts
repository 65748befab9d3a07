import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { states } from '../aws/states.ts'

/** An execution that runs, as it was started. */
export interface RunningExecution<Request> {
  executionArn: string
  /** ISO 8601 UTC. */
  startedAt: string
  requestedBy: string
  request: Request
}

const ABSENT: ReadonlySet<string> = new Set(['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException'])

/**
 * The execution, for the moments before its first state has written the record. One that has ended does not count: its
 * announcement writes the record, and a record that is gone was deleted by somebody.
 */
export async function findRunningExecution<Request>(
  executionArn: string,
): Promise<RunningExecution<Request> | undefined> {
  const execution = await describe(executionArn)
  if (execution?.status !== 'RUNNING') return undefined
  const { request = {}, requestedBy = '' } = JSON.parse(execution.input ?? '{}')
  const startedAt = (execution.startDate ?? new Date(0)).toISOString()
  return { executionArn: execution.executionArn ?? executionArn, startedAt, requestedBy, request }
}

async function describe(executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await withTransientErrors(() => states.send(new DescribeExecutionCommand({ executionArn })))
  } catch (error) {
    if (ABSENT.has((error as Error).name)) return undefined
    throw error
  }
}
