import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { isFinal, type MergeRecord, type MergeRequest } from '../../shared/merges/merge-record.ts'
import { readMerge } from '../../shared/merges/read-merge.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import { keepConcluding } from './keep-concluding.ts'
import { writeEnding } from './write-ending.ts'

/**
 * The record of an ended merge, with a terminal status. An execution that died before its first state gets its record
 * here. Undefined when the person has deleted the record of a success, or the record belongs to another execution.
 */
export function concludeMerge(table: string, ending: ExecutionEnding): Promise<MergeRecord | undefined> {
  return keepConcluding(async () => {
    const record = await readMerge(table, ending.id)
    if (record && record.executionArn !== ending.executionArn) return undefined
    if (record && isFinal(record.status)) return record
    if (!record && ending.outcome === 'Succeeded') return undefined
    return record ? endRecord(table, record, ending) : putRecord(table, ending)
  })
}

async function endRecord(table: string, record: MergeRecord, ending: ExecutionEnding): Promise<MergeRecord> {
  await writeEnding(table, record, { ...ending, remove: 'upload' })
  const { outcome: status, endedAt, reason } = ending
  const { upload, ...rest } = record
  return { ...rest, status, updatedAt: endedAt, endedAt, ...(reason ? { reason } : {}) }
}

async function putRecord(table: string, ending: ExecutionEnding): Promise<MergeRecord> {
  const request = (ending.input.request ?? {}) as unknown as MergeRequest
  const { id, executionArn, outcome: status, startedAt, endedAt, reason } = ending
  const record: MergeRecord = {
    id,
    list: 'merges',
    createdAt: startedAt,
    updatedAt: endedAt,
    startedAt,
    endedAt,
    name: String(request.name ?? id),
    status,
    request,
    requestedBy: ending.input.requestedBy ?? '',
    executionArn,
    checkpointId: '',
    ...(reason ? { reason } : {}),
  }
  // The same form as the machine's: the request as JSON text.
  const item = { ...record, request: JSON.stringify(request) }
  const put = new PutCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(id)' })
  await withTransientErrors(() => dynamodb.send(put))
  return record
}
