import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { DatasetRecord } from './dataset-record.ts'

/** The dataset of this name, read consistently, or undefined. */
export async function readDataset(table: string, name: string): Promise<DatasetRecord | undefined> {
  if (name === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id: name }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item as DatasetRecord | undefined
}
