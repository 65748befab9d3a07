import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryInteger, queryText } from '../../shared/http/query.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { toView } from './model-view.ts'
import type { ModelsContext } from './models-context.ts'

const DEFAULT_LIMIT = 10
const READ_AT_ONCE = 25
const INDEX_KEY = { attributes: ['id', 'list', 'createdAt'], fixed: { list: 'models' } }

type Key = Record<string, unknown>

/** A page of the models that the caller may see, newest first, with the cursor of the next one or null. A page is full unless it is the last. */
export async function listModels(context: ModelsContext, caller: Account, request: ApiRequest): Promise<JsonObject> {
  const limit = queryInteger(request, 'limit', { min: 1, max: 100 }) ?? DEFAULT_LIMIT
  const cursor = queryText(request, 'exclusive_start_key')
  let start: Key | undefined =
    cursor === undefined ? undefined : decodeCursor(cursor, 'Query exclusive_start_key', INDEX_KEY)
  const page: ModelRecord[] = []
  do {
    const { Items = [], LastEvaluatedKey } = await query(context.modelsTable, start)
    page.push(...(Items as ModelRecord[]).filter(({ allowedRolesOrUsers }) => maySee(caller, allowedRolesOrUsers)))
    start = LastEvaluatedKey
    if (page.length > limit) start = keyOf(page[limit - 1] as ModelRecord)
  } while (start !== undefined && page.length <= limit)
  return {
    models: page.slice(0, limit).map((model) => toView(context, model)),
    last_evaluated_key: encodeCursor(start),
  }
}

function query(table: string, start: Key | undefined) {
  const command = new QueryCommand({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    Limit: READ_AT_ONCE,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': 'models' },
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  })
  return withTransientErrors(() => dynamodb.send(command))
}

function keyOf({ id, list, createdAt }: ModelRecord): Key {
  return { id, list, createdAt }
}
