import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryInteger, queryText } from '../../shared/http/query.ts'
import type { MergeRecord } from '../../shared/merges/merge-record.ts'
import { toView } from './merge-view.ts'
import type { MergesContext } from './merges-context.ts'

const DEFAULT_LIMIT = 10
const INDEX_KEY = { attributes: ['id', 'list', 'createdAt'], fixed: { list: 'merges' } }

/** A page of merges, newest first, with the cursor of the next one or null. */
export async function listMerges(context: MergesContext, request: ApiRequest): Promise<JsonObject> {
  const limit = queryInteger(request, 'limit', { min: 1, max: 100 }) ?? DEFAULT_LIMIT
  const cursor = queryText(request, 'exclusive_start_key')
  const query = new QueryCommand({
    TableName: context.mergesTable,
    IndexName: 'newest',
    ScanIndexForward: false,
    Limit: limit,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': 'merges' },
    ...(cursor === undefined
      ? {}
      : { ExclusiveStartKey: decodeCursor(cursor, 'Query exclusive_start_key', INDEX_KEY) }),
  })
  const { Items = [], LastEvaluatedKey } = await withTransientErrors(() => dynamodb.send(query))
  return {
    merges: (Items as MergeRecord[]).map((merge) => toView(context, merge)),
    last_evaluated_key: encodeCursor(LastEvaluatedKey),
  }
}
