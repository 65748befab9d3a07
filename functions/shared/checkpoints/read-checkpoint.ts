import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { CheckpointRecord } from './checkpoint-record.ts'
import { findNameOwner } from './name-claims.ts'

/** The checkpoint of this id, read consistently, or undefined. */
export async function readCheckpoint(table: string, id: string): Promise<CheckpointRecord | undefined> {
  if (id === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  // The table also holds name claims, which are not checkpoints.
  return Item?.list === 'checkpoints' ? (Item as CheckpointRecord) : undefined
}

/** The checkpoint that this id or file name means, or undefined. */
export async function findCheckpoint(table: string, idOrFileName: string): Promise<CheckpointRecord | undefined> {
  const byId = await readCheckpoint(table, idOrFileName)
  if (byId !== undefined) return byId
  const owner = await findNameOwner(table, idOrFileName)
  return owner === undefined ? undefined : readCheckpoint(table, owner)
}
