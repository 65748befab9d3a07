import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'

/** How many files were announced for a dataset. */
export async function countDatasetItems(table: string, name: string): Promise<number> {
  let count = 0
  let start: Record<string, unknown> | undefined
  do {
    const query: QueryCommand = new QueryCommand({
      TableName: table,
      Select: 'COUNT',
      ConsistentRead: true,
      KeyConditionExpression: 'datasetName = :name',
      ExpressionAttributeValues: { ':name': name },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    const page: QueryCommandOutput = await withTransientErrors(() => dynamodb.send(query))
    count += page.Count ?? 0
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return count
}
