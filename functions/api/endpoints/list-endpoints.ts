import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { type Account, holdsAny, maySee } from '../../shared/accounts/account.ts'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryInteger, queryText } from '../../shared/http/query.ts'
import { toRow } from './endpoint-view.ts'
import type { EndpointsContext } from './endpoints-context.ts'

const DEFAULT_LIMIT = 10
const READ_AT_ONCE = 100
const INDEX_KEY = { attributes: ['id', 'list', 'createdAt'], fixed: { list: 'endpoints' } }

type Key = Record<string, unknown>

/**
 * A page of the endpoints that the caller may see, newest first, with the cursor of the next one or null. A page is
 * full unless it is the last: what may not be seen, or is deleted, does not count.
 */
export async function listEndpoints(
  context: EndpointsContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const limit = queryInteger(request, 'limit', { min: 1, max: 100 }) ?? DEFAULT_LIMIT
  const cursor = queryText(request, 'exclusive_start_key')
  const id = queryText(request, 'endpointDeploymentJobId')
  await checkUser(context, queryText(request, 'username'))
  let start: Key | undefined =
    cursor === undefined ? undefined : decodeCursor(cursor, 'Query exclusive_start_key', INDEX_KEY)
  const page: EndpointRecord[] = []
  do {
    const { Items = [], LastEvaluatedKey } = await query(context.endpointsTable, start)
    const seen = (Items as EndpointRecord[]).filter((record) => isShown(record, caller, id))
    page.push(...seen)
    start = LastEvaluatedKey
    if (page.length > limit) start = keyOf(page[limit - 1] as EndpointRecord)
  } while (start !== undefined && page.length <= limit)
  return { endpoints: page.slice(0, limit).map(toRow), last_evaluated_key: encodeCursor(start) }
}

function query(table: string, start: Key | undefined) {
  const command = new QueryCommand({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    Limit: READ_AT_ONCE,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': 'endpoints' },
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  })
  return withTransientErrors(() => dynamodb.send(command))
}

/** The contract forgets endpoints that are deleted; their records stay for those who look at the table. */
function isShown(record: EndpointRecord, caller: Account, id: string | undefined): boolean {
  if (record.status === 'Deleted' || (id !== undefined && record.id !== id)) return false
  return holdsAny(caller, ['sagemaker_endpoint:all']) || maySee(caller, record.roles)
}

async function checkUser({ accountsTable }: EndpointsContext, username: string | undefined): Promise<void> {
  if (username === undefined) return
  const account = username.length <= 256 ? await findAccount(accountsTable, username) : undefined
  if (!account) throw new InvalidRequestError(`user: "${username.slice(0, 256)}" not exist`)
}

function keyOf({ id, list, createdAt }: EndpointRecord): Key {
  return { id, list, createdAt }
}
