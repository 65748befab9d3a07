import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { unlessRefused } from '../aws/unless-refused.ts'
import type { CheckpointRecord } from './checkpoint-record.ts'

/** Writes a new record. Answers false, and changes nothing, when its id is already there. */
export async function putNewCheckpoint(table: string, record: CheckpointRecord): Promise<boolean> {
  const put = new PutCommand({ TableName: table, Item: record, ConditionExpression: 'attribute_not_exists(id)' })
  return unlessRefused(() => dynamodb.send(put))
}

/** Removes the record; its objects and its name claims are the caller's. Repeatable. */
export async function deleteCheckpointRecord(table: string, id: string): Promise<void> {
  await withTransientErrors(() => dynamodb.send(new DeleteCommand({ TableName: table, Key: { id } })))
}
