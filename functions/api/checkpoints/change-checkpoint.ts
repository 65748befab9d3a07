import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { isoTime } from '../../shared/clock.ts'
import { CheckpointNotFoundError } from '../../shared/errors.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'

/** What may change in a record. */
export type CheckpointChange = Partial<Pick<CheckpointRecord, 'status' | 'names' | 'files' | 'params'>>

/** The record is no longer as it was read: somebody changed or deleted it meanwhile. */
export class RecordMovedOnError extends CheckpointNotFoundError {}

/**
 * Writes a change on the condition that the record still has the status and the first name it was read with.
 * Answers the changed record; throws `RecordMovedOnError` when the condition fails.
 */
export async function changeCheckpoint(
  { checkpointsTable, clock }: CheckpointsContext,
  record: CheckpointRecord,
  change: CheckpointChange,
): Promise<CheckpointRecord> {
  const fields = { ...change, updatedAt: isoTime(clock.now()) }
  const names = Object.keys(fields)
  const update = new UpdateCommand({
    TableName: checkpointsTable,
    Key: { id: record.id },
    ConditionExpression: '#status = :statusBefore AND #names[0] = :nameBefore',
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(['status', 'names', ...names].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':statusBefore': record.status,
      ':nameBefore': record.names[0],
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
    },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
    return { ...record, ...fields }
  } catch (cause) {
    if (!isConditionFailure(cause)) throw cause
    throw new RecordMovedOnError(`checkpoint ${record.id} was changed or deleted meanwhile`, { cause })
  }
}
