import { queryItems } from '../aws/query-items.ts'
import { fromItem, type TrainingItem, type TrainingRecord } from './training-record.ts'

/** The trainings that have not ended. What one reads is in its request: `base`, `dataset`, `classDataset`. */
export async function runningTrainings(trainingsTable: string): Promise<TrainingRecord[]> {
  const items = queryItems<TrainingItem>({
    TableName: trainingsTable,
    IndexName: 'newest',
    KeyConditionExpression: '#list = :list',
    FilterExpression: '#status IN (:preparing, :training)',
    ExpressionAttributeNames: { '#list': 'list', '#status': 'status' },
    ExpressionAttributeValues: { ':list': 'trainings', ':preparing': 'Preparing', ':training': 'Training' },
  })
  const running: TrainingRecord[] = []
  for await (const item of items) running.push(fromItem(item))
  return running
}

/** Whether the training reads the dataset. */
export function readsDataset({ request }: TrainingRecord, name: string): boolean {
  return request.dataset === name || request.classDataset === name
}
