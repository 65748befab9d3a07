import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { fromItem, type TrainingItem, type TrainingRecord } from './training-record.ts'

/** The training of this id, read consistently, or undefined. */
export async function readTraining(table: string, id: string): Promise<TrainingRecord | undefined> {
  if (id === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item === undefined ? undefined : fromItem(Item as TrainingItem)
}
