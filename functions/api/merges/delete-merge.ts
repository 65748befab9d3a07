import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { stopExecution } from '../../shared/executions/stop-execution.ts'
import { FINAL_MERGE_STATUSES, isFinal } from '../../shared/merges/merge-record.ts'
import { readMerge } from '../../shared/merges/read-merge.ts'
import { findExecution } from './find-execution.ts'
import type { MergesContext } from './merges-context.ts'

/** What became of the merge. */
export type Deletion = 'stopping' | 'deleted' | 'unknown'

/**
 * Stops a running merge; its announcement writes the status and cleans up. Of a merge that has ended the record goes; the
 * checkpoint it made stays in the library.
 */
export async function deleteMerge(context: MergesContext, id: string, username: string): Promise<Deletion> {
  const record = await readMerge(context.mergesTable, id)
  if (record && isFinal(record.status)) return deleteEnded(context, id)
  if (!record && !(await findExecution(context, id))) return 'unknown'
  const stop = await stopExecution(executionArnOf(context.machineArn, id), `Stopped by ${username}`)
  // A record that is not final and has no execution is a leftover nobody else would ever end.
  return stop === 'absent' ? deleteLeftover(context, id) : 'stopping'
}

async function deleteEnded({ mergesTable }: MergesContext, id: string): Promise<Deletion> {
  const finals = Object.fromEntries(FINAL_MERGE_STATUSES.map((status, index) => [`:final${index}`, status]))
  const command = new DeleteCommand({
    TableName: mergesTable,
    Key: { id },
    ConditionExpression: `#status IN (${Object.keys(finals).join(', ')})`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: finals,
  })
  try {
    await withTransientErrors(() => dynamodb.send(command))
    return 'deleted'
  } catch (error) {
    if (isConditionFailure(error)) return 'unknown'
    throw error
  }
}

async function deleteLeftover({ mergesTable }: MergesContext, id: string): Promise<Deletion> {
  await withTransientErrors(() => dynamodb.send(new DeleteCommand({ TableName: mergesTable, Key: { id } })))
  return 'deleted'
}
