import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { ModelRecord } from './model-record.ts'
import { findNameHolder } from './name-claims.ts'

/** The packaged model of this id, read consistently, or undefined. */
export async function readModel(table: string, id: string): Promise<ModelRecord | undefined> {
  if (id === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  // The table also holds name claims, which are not models.
  return Item?.list === 'models' ? (Item as ModelRecord) : undefined
}

/** The packaged model that this id or name means, or undefined. */
export async function findModel(table: string, idOrName: string): Promise<ModelRecord | undefined> {
  const byId = await readModel(table, idOrName)
  if (byId !== undefined) return byId
  const holder = await findNameHolder(table, idOrName)
  return holder === undefined ? undefined : readModel(table, holder)
}
