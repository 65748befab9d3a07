import { queryItems } from '../aws/query-items.ts'
import type { ApiRequest } from './api-request.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { queryInteger, queryText } from './query.ts'

/** What a record needs to be in a list. */
interface Listed {
  id: string
  list: string
  createdAt: string
}

/** A list of a table's records, newest first, by its index `newest`. */
export interface NewestList<Item, Shown extends Listed> {
  table: string
  list: Shown['list']
  fromItem(item: Item): Shown
  isShown(record: Shown): boolean
}

const DEFAULT_LIMIT = 10
const READ_AT_ONCE = 100

/**
 * The page that `limit` (1 to 100, by default 10) and `exclusive_start_key` of the request ask for, with the cursor of the next one
 * or null. It is short only at the end of the list: what is not shown does not count.
 */
export async function readNewestPage<Item, Shown extends Listed>(
  request: ApiRequest,
  { table, list, fromItem, isShown }: NewestList<Item, Shown>,
): Promise<{ page: Shown[]; cursor: string | null }> {
  const limit = queryInteger(request, 'limit', { min: 1, max: 100 }) ?? DEFAULT_LIMIT
  const after = queryText(request, 'exclusive_start_key')
  const key = { attributes: ['id', 'list', 'createdAt'], fixed: { list } }
  const items = queryItems<Item>({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    Limit: READ_AT_ONCE,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': list },
    ...(after === undefined ? {} : { ExclusiveStartKey: decodeCursor(after, 'Query exclusive_start_key', key) }),
  })
  const page: Shown[] = []
  for await (const item of items) {
    const record = fromItem(item)
    if (!isShown(record)) continue
    if (page.length === limit) return { page, cursor: encodeCursor(keyOf(page.at(-1))) }
    page.push(record)
  }
  return { page, cursor: null }
}

function keyOf(record: Listed | undefined): Record<string, string> | undefined {
  return record && { id: record.id, list: record.list, createdAt: record.createdAt }
}
