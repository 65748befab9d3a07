import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { InferenceRecord } from './inference-record.ts'

/** The inference of this id, read consistently, or undefined. */
export async function readInference(table: string, id: string): Promise<InferenceRecord | undefined> {
  if (id === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item as InferenceRecord | undefined
}
