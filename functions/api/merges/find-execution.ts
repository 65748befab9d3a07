import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { states } from '../../shared/aws/states.ts'
import type { MergeRecord, MergeRequest } from '../../shared/merges/merge-record.ts'
import { executionArnOf, type MergesContext } from './merges-context.ts'

/** What an execution tells of a merge whose record is not written yet. */
export type UnrecordedMerge = Omit<MergeRecord, 'list' | 'checkpointId'>

const ABSENT: ReadonlySet<string> = new Set(['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException'])

/**
 * The merge as its running execution has it, for the moments before the first state has written the record. An execution that has
 * ended does not count: its announcement writes the record, and a record that is gone was deleted by somebody.
 */
export async function findExecution(context: MergesContext, id: string): Promise<UnrecordedMerge | undefined> {
  const execution = await describe(executionArnOf(context, id))
  if (execution?.status !== 'RUNNING') return undefined
  const { request, requestedBy } = inputOf(execution)
  const startedAt = (execution.startDate ?? new Date(0)).toISOString()
  return {
    id,
    name: request.name ?? '',
    status: 'Planning',
    request,
    requestedBy,
    executionArn: execution.executionArn ?? '',
    createdAt: startedAt,
    updatedAt: startedAt,
    startedAt,
  }
}

async function describe(executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await withTransientErrors(() => states.send(new DescribeExecutionCommand({ executionArn })))
  } catch (error) {
    if (ABSENT.has((error as Error).name)) return undefined
    throw error
  }
}

function inputOf({ input }: DescribeExecutionCommandOutput): { request: MergeRequest; requestedBy: string } {
  const { request = {}, requestedBy = '' } = JSON.parse(input ?? '{}')
  return { request, requestedBy }
}
