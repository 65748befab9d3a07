import { type Account, maySee } from '../../shared/accounts/account.ts'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { queryItems } from '../../shared/aws/query-items.ts'
import {
  CHECKPOINT_STATUSES,
  CHECKPOINT_TYPES,
  type CheckpointRecord,
  type CheckpointStatus,
  type CheckpointType,
} from '../../shared/checkpoints/checkpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryChoices, queryInteger, queryText, queryTexts } from '../../shared/http/query.ts'
import { toRow } from './checkpoint-views.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'

interface ListRequest {
  page: number
  perPage: number
  types: CheckpointType[]
  status: CheckpointStatus[]
  roles: string[]
  username: string | undefined
}

const MOST_PER_PAGE = 1_000

/**
 * One page of the checkpoints that the caller may see, newest first, in the contract's form. With a `username` only those
 * that this user may see too. `total` has to count, so the list's index is read through; only one page is kept.
 */
export async function listCheckpoints(
  context: CheckpointsContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const wanted = readListRequest(request)
  const viewers = [caller, ...(await viewerNamed(context, wanted.username))]
  const start = (wanted.page - 1) * wanted.perPage
  const checkpoints: JsonObject[] = []
  let total = 0
  for await (const record of newestFirst(context.checkpointsTable, wanted)) {
    if (!isWanted(record, wanted.roles, viewers)) continue
    if (total >= start && total < start + wanted.perPage) checkpoints.push(toRow(record))
    total++
  }
  return { page: wanted.page, per_page: wanted.perPage, pages: Math.ceil(total / wanted.perPage), total, checkpoints }
}

/**
 * Without any paging argument a client wants the list, not its first ten: the WebUI's selectors ask that way.
 * With `page` alone the contract's ten stand.
 */
function readListRequest(request: ApiRequest): ListRequest {
  const page = queryInteger(request, 'page', { min: 1, max: 1_000_000 })
  const perPage = queryInteger(request, 'per_page', { min: 1, max: MOST_PER_PAGE })
  return {
    page: page ?? 1,
    perPage: perPage ?? (page === undefined ? MOST_PER_PAGE : 10),
    types: queryChoices(request, 'types', CHECKPOINT_TYPES),
    status: queryChoices(request, 'status', CHECKPOINT_STATUSES),
    roles: queryTexts(request, 'roles'),
    username: queryText(request, 'username'),
  }
}

async function viewerNamed({ accountsTable }: CheckpointsContext, username: string | undefined): Promise<Account[]> {
  if (username === undefined) return []
  const account = username.length <= 256 ? await findAccount(accountsTable, username) : undefined
  if (account) return [account]
  throw new InvalidRequestError(`user: "${username.slice(0, 256)}" not exist`)
}

function isWanted(record: CheckpointRecord, roles: readonly string[], viewers: readonly Account[]): boolean {
  const allowed = record.allowedRolesOrUsers
  if (roles.length > 0 && !roles.some((role) => allowed.includes(role))) return false
  return viewers.every((viewer) => maySee(viewer, allowed))
}

function newestFirst(table: string, wanted: ListRequest): AsyncGenerator<CheckpointRecord> {
  return queryItems({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    ...filtered(wanted),
  })
}

function filtered({ types, status }: ListRequest) {
  const filters = Object.entries({ type: types, status }).filter(([, values]) => values.length > 0)
  const values = filters.flatMap(([field, choices]) => choices.map((choice, index) => [`:${field}${index}`, choice]))
  const expression = filters.map(
    ([field, choices]) => `#${field} IN (${choices.map((_, i) => `:${field}${i}`).join(', ')})`,
  )
  return {
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: {
      '#list': 'list',
      ...Object.fromEntries(filters.map(([field]) => [`#${field}`, field])),
    },
    ExpressionAttributeValues: { ':list': 'checkpoints', ...Object.fromEntries(values) },
    ...(expression.length > 0 ? { FilterExpression: expression.join(' AND ') } : {}),
  }
}
