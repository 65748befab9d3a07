import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryChoices, queryInteger, queryText } from '../../shared/http/query.ts'
import { type InferenceRecord, TASK_TYPES, type TaskType } from '../../shared/inferences/inference-record.ts'
import type { InferencesContext } from '../../shared/inferences/inferences-context.ts'
import { toRow } from './inference-views.ts'

const DEFAULT_LIMIT = 10

interface ListRequest {
  taskType: TaskType
  limit: number
  start: Record<string, string> | undefined
  viewers: Account[]
}

/**
 * A page of the inferences of one task that the caller may see, newest first, with the cursor of the next page or null.
 * With a `username` only those that this user may see too. A page is short only at the end of the list.
 */
export async function listInferences(
  context: InferencesContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const wanted = await readListRequest(context, caller, request)
  const rows: InferenceRecord[] = []
  let hasMore = false
  for await (const record of newestFirst(context.inferencesTable, wanted)) {
    hasMore = rows.length === wanted.limit
    if (hasMore) break
    if (wanted.viewers.every((viewer) => maySee(viewer, record.ownerRolesOrUsers))) rows.push(record)
  }
  return {
    inferences: rows.map((record) => toRow(context, record)),
    last_evaluated_key: encodeCursor(hasMore ? keyOf(rows.at(-1)) : undefined),
  }
}

async function readListRequest(context: InferencesContext, caller: Account, request: ApiRequest): Promise<ListRequest> {
  const taskType = queryChoices(request, 'type', TASK_TYPES).at(-1) ?? 'txt2img'
  const cursor = queryText(request, 'exclusive_start_key')
  const key = { attributes: ['id', 'taskType', 'createdAt'], fixed: { taskType } }
  return {
    taskType,
    limit: queryInteger(request, 'limit', { min: 1, max: 100 }) ?? DEFAULT_LIMIT,
    start: cursor === undefined ? undefined : decodeCursor(cursor, 'Query exclusive_start_key', key),
    viewers: [caller, ...(await viewerNamed(context, queryText(request, 'username')))],
  }
}

async function viewerNamed({ accountsTable }: InferencesContext, username: string | undefined): Promise<Account[]> {
  if (username === undefined) return []
  const account = username.length <= 256 ? await findAccount(accountsTable, username) : undefined
  if (account) return [account]
  throw new InvalidRequestError(`user: "${username.slice(0, 256)}" not exist`)
}

async function* newestFirst(table: string, wanted: ListRequest): AsyncGenerator<InferenceRecord> {
  let start: Record<string, unknown> | undefined = wanted.start
  do {
    const query: QueryCommand = new QueryCommand({
      TableName: table,
      IndexName: 'byTask',
      ScanIndexForward: false,
      Limit: wanted.limit + 1,
      KeyConditionExpression: 'taskType = :taskType',
      ExpressionAttributeValues: { ':taskType': wanted.taskType },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    const page: QueryCommandOutput = await withTransientErrors(() => dynamodb.send(query))
    yield* (page.Items ?? []) as InferenceRecord[]
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}

function keyOf(record: InferenceRecord | undefined): Record<string, string> | undefined {
  return record && { id: record.id, taskType: record.taskType, createdAt: record.createdAt }
}
