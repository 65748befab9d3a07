import { type Account, maySee } from '../../shared/accounts/account.ts'
import { queryItems } from '../../shared/aws/query-items.ts'
import { DATASET_STATUSES, type DatasetRecord, type DatasetStatus } from '../../shared/datasets/dataset-record.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryChoices, queryInteger, queryText } from '../../shared/http/query.ts'
import { toRow } from './dataset-views.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { fittingRows } from './page-of-reply.ts'

interface ListRequest {
  limit: number
  start: Record<string, string> | undefined
  status: DatasetStatus[]
}

const MOST_PER_PAGE = 1_000

/**
 * A page of the datasets that the caller may see, newest first, with the cursor of the next page or null. A page is short
 * only at the end of the list, or where more would not fit into one answer.
 */
export async function listDatasets(
  context: DatasetsContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const wanted = readListRequest(request)
  const found: DatasetRecord[] = []
  for await (const record of newestFirst(context.datasetsTable, wanted)) {
    if (!maySee(caller, record.allowedRolesOrUsers)) continue
    found.push(record)
    if (found.length > wanted.limit) break
  }
  const datasets = fittingRows(found.slice(0, wanted.limit).map((record) => toRow(context.bucket, record)))
  const hasMore = found.length > datasets.length
  return { datasets, last_evaluated_key: encodeCursor(hasMore ? keyOf(found[datasets.length - 1]) : undefined) }
}

/**
 * Without any paging argument a client wants the list, not its first ten: the WebUI fills its selector that way and reads
 * one page only. With a cursor alone the contract's ten stand.
 */
function readListRequest(request: ApiRequest): ListRequest {
  const cursor = queryText(request, 'exclusive_start_key')
  const key = { attributes: ['id', 'list', 'createdAt'], fixed: { list: 'datasets' } }
  const limit = queryInteger(request, 'limit', { min: 1, max: MOST_PER_PAGE })
  return {
    limit: limit ?? (cursor === undefined ? MOST_PER_PAGE : 10),
    start: cursor === undefined ? undefined : decodeCursor(cursor, 'Query exclusive_start_key', key),
    status: queryChoices(request, 'dataset_status', DATASET_STATUSES),
  }
}

function newestFirst(table: string, { start, status }: ListRequest): AsyncGenerator<DatasetRecord> {
  const values = Object.fromEntries(status.map((value, index) => [`:status${index}`, value]))
  const filter = {
    FilterExpression: `#status IN (${Object.keys(values).join(', ')})`,
    ExpressionAttributeNames: { '#list': 'list', '#status': 'status' },
  }
  return queryItems({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ...(status.length === 0 ? {} : filter),
    ExpressionAttributeValues: { ':list': 'datasets', ...values },
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  })
}

function keyOf(record: DatasetRecord | undefined): Record<string, string> | undefined {
  return record && { id: record.id, list: record.list, createdAt: record.createdAt }
}
