import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { states } from '../../shared/aws/states.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { newModelRecord } from '../../shared/models/new-model-record.ts'
import { executionArnOf, type ModelsContext } from './models-context.ts'

const ABSENT: ReadonlySet<string> = new Set(['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException'])

/**
 * The model as its running execution has it, for the moments before the first state has written the record; only for who
 * asked for it. An execution that has ended does not count: its announcement writes the record.
 */
export async function findStarting(
  context: ModelsContext,
  id: string,
  username: string,
): Promise<ModelRecord | undefined> {
  const execution = id === '' ? undefined : await describe(executionArnOf(context, id))
  if (execution?.status !== 'RUNNING') return undefined
  const { executionArn = '', startDate = new Date(0), input = '{}' } = execution
  const start = { ...JSON.parse(input), executionArn, startedAt: startDate.toISOString() }
  return start.requestedBy === username ? newModelRecord(start, []) : undefined
}

async function describe(executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await withTransientErrors(() => states.send(new DescribeExecutionCommand({ executionArn })))
  } catch (error) {
    if (ABSENT.has((error as Error).name)) return undefined
    throw error
  }
}
