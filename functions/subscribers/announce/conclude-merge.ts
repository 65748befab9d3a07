import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { isFinal, type MergeRecord, type MergeRequest } from '../../shared/merges/merge-record.ts'
import { readMerge } from '../../shared/merges/read-merge.ts'
import type { ExecutionEnding } from './execution-ending.ts'

/** A condition can fail this often because the machine's last writes overtake us. */
const ATTEMPTS = 3

/**
 * The record of an ended merge, with a terminal status. An execution that died before its first state gets its record
 * here. Undefined when the person has deleted the record of a success, or the record belongs to another execution.
 */
export async function concludeMerge(table: string, ending: ExecutionEnding): Promise<MergeRecord | undefined> {
  for (let attempt = 1; ; attempt++) {
    const record = await readMerge(table, ending.id)
    if (record && record.executionArn !== ending.executionArn) return undefined
    if (record && isFinal(record.status)) return record
    if (!record && ending.outcome === 'Succeeded') return undefined
    try {
      return record ? await endRecord(table, record, ending) : await putRecord(table, ending)
    } catch (error) {
      if (!isConditionFailure(error) || attempt === ATTEMPTS) throw error
    }
  }
}

async function endRecord(table: string, record: MergeRecord, ending: ExecutionEnding): Promise<MergeRecord> {
  const { outcome: status, endedAt, reason } = ending
  const command = new UpdateCommand({
    TableName: table,
    Key: { id: record.id },
    ConditionExpression: '#status = :before',
    UpdateExpression: `SET #status = :status, updatedAt = :endedAt, endedAt = :endedAt${reason ? ', #reason = :reason' : ''} REMOVE #upload`,
    ExpressionAttributeNames: { '#status': 'status', '#upload': 'upload', ...(reason ? { '#reason': 'reason' } : {}) },
    ExpressionAttributeValues: {
      ':before': record.status,
      ':status': status,
      ':endedAt': endedAt,
      ...(reason ? { ':reason': reason } : {}),
    },
  })
  await withTransientErrors(() => dynamodb.send(command))
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
