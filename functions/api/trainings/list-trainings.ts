import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryInteger, queryText } from '../../shared/http/query.ts'
import { fromItem, type TrainingItem, type TrainingRecord } from '../../shared/trainings/training-record.ts'
import { toRow } from './training-views.ts'
import type { TrainingsContext } from './trainings-context.ts'

const DEFAULT_LIMIT = 10
const INDEX_KEY = { attributes: ['id', 'list', 'createdAt'], fixed: { list: 'trainings' } }

/** A page of the caller's trainings, newest first, with the cursor of the next one or null. It is short only at the end of the list. */
export async function listTrainings(
  context: TrainingsContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const limit = queryInteger(request, 'limit', { min: 1, max: 100 }) ?? DEFAULT_LIMIT
  const cursor = queryText(request, 'exclusive_start_key')
  const start = cursor === undefined ? undefined : decodeCursor(cursor, 'Query exclusive_start_key', INDEX_KEY)
  const page: TrainingRecord[] = []
  let hasMore = false
  for await (const training of newestFirst(context.trainingsTable, start)) {
    if (!maySee(caller, training.ownerRolesOrUsers)) continue
    hasMore = page.length === limit
    if (hasMore) break
    page.push(training)
  }
  return {
    trainings: page.map((training) => toRow(context, training)),
    last_evaluated_key: encodeCursor(hasMore ? keyOf(page.at(-1)) : undefined),
  }
}

async function* newestFirst(table: string, from: Record<string, string> | undefined): AsyncGenerator<TrainingRecord> {
  let start: Record<string, unknown> | undefined = from
  do {
    const query: QueryCommand = new QueryCommand({
      TableName: table,
      IndexName: 'newest',
      ScanIndexForward: false,
      KeyConditionExpression: '#list = :list',
      ExpressionAttributeNames: { '#list': 'list' },
      ExpressionAttributeValues: { ':list': 'trainings' },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await withTransientErrors(() => dynamodb.send(query))
    for (const item of Items) yield fromItem(item as TrainingItem)
    start = LastEvaluatedKey
  } while (start !== undefined)
}

function keyOf(training: TrainingRecord | undefined): Record<string, string> | undefined {
  return training && { id: training.id, list: training.list, createdAt: training.createdAt }
}
