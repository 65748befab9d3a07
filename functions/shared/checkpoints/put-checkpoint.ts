import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { CheckpointRecord } from './checkpoint-record.ts'

/** Writes a new record. Answers false, and changes nothing, when its id is already there. */
export async function putNewCheckpoint(table: string, record: CheckpointRecord): Promise<boolean> {
  const put = new PutCommand({ TableName: table, Item: record, ConditionExpression: 'attribute_not_exists(id)' })
  try {
    await withTransientErrors(() => dynamodb.send(put))
    return true
  } catch (error) {
    if (isConditionFailure(error)) return false
    throw error
  }
}

/** Removes the record; its objects and its name claims are the caller's. Repeatable. */
export async function deleteCheckpointRecord(table: string, id: string): Promise<void> {
  await withTransientErrors(() => dynamodb.send(new DeleteCommand({ TableName: table, Key: { id } })))
}
