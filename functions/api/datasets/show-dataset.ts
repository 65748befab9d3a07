import { queryItems } from '../../shared/aws/query-items.ts'
import { type DatasetItem, type DatasetRecord, datasetPrefix } from '../../shared/datasets/dataset-record.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryInteger, queryText } from '../../shared/http/query.ts'
import { toDetail, toFile } from './dataset-views.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { fittingRows } from './page-of-reply.ts'
import { presignFiles } from './presign-files.ts'

/** Links are long: about as many fit into an answer. Most clients know of no second page, and few have so many files. */
const MOST_PER_PAGE = 1_000

/** A dataset with a page of its files, by name, and the cursor of the next page or null. */
export async function showDataset(
  context: DatasetsContext,
  record: DatasetRecord,
  request: ApiRequest,
): Promise<JsonObject> {
  const { items, hasMore } = await readPage(context, record, request)
  const prefix = datasetPrefix(record)
  const keys = items.map(({ sortKey }) => prefix + sortKey)
  const urls = await presignFiles(context, 'preview', keys)
  const data = fittingRows(items.map((item, index) => toFile(record, item, urls[index] as string)))
  const last = hasMore || data.length < items.length ? items[data.length - 1] : undefined
  const cursor = encodeCursor(last && { datasetName: last.datasetName, sortKey: last.sortKey })
  return { ...toDetail(context.bucket, record), data, last_evaluated_key: cursor }
}

async function readPage(
  { itemsTable }: DatasetsContext,
  { id }: DatasetRecord,
  request: ApiRequest,
): Promise<{ items: DatasetItem[]; hasMore: boolean }> {
  const limit = queryInteger(request, 'limit', { min: 1, max: MOST_PER_PAGE }) ?? MOST_PER_PAGE
  const cursor = queryText(request, 'exclusive_start_key')
  const key = { attributes: ['datasetName', 'sortKey'], fixed: { datasetName: id } }
  const query = {
    TableName: itemsTable,
    Limit: limit + 1,
    ConsistentRead: true,
    KeyConditionExpression: 'datasetName = :name',
    ExpressionAttributeValues: { ':name': id },
    ...(cursor === undefined ? {} : { ExclusiveStartKey: decodeCursor(cursor, 'Query exclusive_start_key', key) }),
  }
  const items: DatasetItem[] = []
  for await (const item of queryItems<DatasetItem>(query)) {
    if (items.length === limit) return { items, hasMore: true }
    items.push(item)
  }
  return { items, hasMore: false }
}
