import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { findRunningExecution } from '../../shared/executions/find-running-execution.ts'
import type { MergeRecord, MergeRequest } from '../../shared/merges/merge-record.ts'
import type { MergesContext } from './merges-context.ts'

/** What an execution tells of a merge whose record is not written yet. */
export type UnrecordedMerge = Omit<MergeRecord, 'list' | 'checkpointId'>

/** The merge as its running execution has it, for the moments before the first state has written the record. */
export async function findExecution({ machineArn }: MergesContext, id: string): Promise<UnrecordedMerge | undefined> {
  const running = await findRunningExecution<MergeRequest>(executionArnOf(machineArn, id))
  if (!running) return undefined
  const { executionArn, startedAt, requestedBy, request } = running
  return {
    id,
    name: request.name ?? '',
    status: 'Planning',
    request,
    requestedBy,
    executionArn,
    createdAt: startedAt,
    updatedAt: startedAt,
    startedAt,
  }
}
