import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../aws/dynamodb.ts'
import { unlessRefused } from '../aws/unless-refused.ts'
import type { ModelRecord } from './model-record.ts'

/** Attributes to set. */
export type ModelChange = Partial<ModelRecord>

/** Puts the record of a new model; true when it is this execution's, also from an earlier attempt. False once the execution has ended. */
export async function putModel(table: string, record: ModelRecord): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: record,
    ConditionExpression: 'attribute_not_exists(id) OR (executionArn = :execution AND #status = :status)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':execution': record.executionArn, ':status': record.status },
  })
  return unlessRefused(() => dynamodb.send(put))
}

/** Changes the record if it is as it was read: same status, same time of the last change, no further use. False when it is not any more. */
export async function changeModel(
  table: string,
  { id, status, updatedAt, useCount }: Pick<ModelRecord, 'id' | 'status' | 'updatedAt' | 'useCount'>,
  change: ModelChange,
): Promise<boolean> {
  const fields = Object.entries(change).filter(([, value]) => value !== undefined)
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: '#seenStatus = :seenStatus AND #seenUpdatedAt = :seenUpdatedAt AND #seenUses = :seenUses',
    UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :${field}`).join(', ')}`,
    ExpressionAttributeNames: {
      ...Object.fromEntries(fields.map(([field]) => [`#${field}`, field])),
      '#seenStatus': 'status',
      '#seenUpdatedAt': 'updatedAt',
      '#seenUses': 'useCount',
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
      ':seenStatus': status,
      ':seenUpdatedAt': updatedAt,
      ':seenUses': useCount,
    },
  })
  return unlessRefused(() => dynamodb.send(update))
}
