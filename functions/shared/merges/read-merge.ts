import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { MergeRecord } from './merge-record.ts'

/** The merge of this id, read consistently, or undefined. */
export async function readMerge(table: string, id: string): Promise<MergeRecord | undefined> {
  if (id === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item as MergeRecord | undefined
}
