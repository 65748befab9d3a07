import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Account } from '../../shared/accounts/account.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { unlessRefused } from '../../shared/aws/unless-refused.ts'
import { writeBatches } from '../../shared/aws/write-batches.ts'
import { isoTime } from '../../shared/clock.ts'
import { countDatasetItems } from '../../shared/datasets/count-dataset-items.ts'
import { type DatasetItem, type DatasetRecord, datasetPrefix } from '../../shared/datasets/dataset-record.ts'
import { readDataset } from '../../shared/datasets/read-dataset.ts'
import { DatasetBusyError } from '../../shared/errors.ts'
import { refuse } from '../../shared/http/fields.ts'
import { newId } from '../../shared/new-id.ts'
import { closeLease, leaseEnd, openLease } from './change-dataset.ts'
import { checkAddable } from './check-addable.ts'
import type { CreateRequest } from './create-request.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { presignFiles } from './presign-files.ts'

/** A dataset and, by file name, the URLs its new files are to be put to. */
export interface CreatedDataset {
  record: DatasetRecord
  urls: Record<string, string>
}

/** A Lambda may answer 6 MB. */
const MOST_REPLY_BYTES = 5_000_000

/**
 * Makes a dataset, or adds files to one that is still `Initialed`. A file that it has already gets a new URL and its new
 * description. Everything that can be refused is refused before anything is written; a request that breaks off in between
 * can be sent again.
 */
export async function createDataset(
  context: DatasetsContext,
  caller: Account,
  request: CreateRequest,
): Promise<CreatedDataset> {
  const leaseId = newId(context.clock)
  const existing = await readDataset(context.datasetsTable, request.name)
  if (existing) checkAddable(caller, existing, request)
  const record = existing ? withRequest(existing, request) : newRecord(context, { caller, request, leaseId })
  const urls = await uploadUrls(context, record, request)
  if (!(await (existing ? openLease(context, record, leaseId) : putNew(context, record)))) {
    throw new DatasetBusyError(`dataset ${record.id} was made or changed by another request meanwhile: try again`)
  }
  await writeBatches(
    context.itemsTable,
    request.files.map((file) => ({ PutRequest: { Item: toItem(record, file, context) } })),
  )
  const files = await countDatasetItems(context.itemsTable, record.id)
  await closeLease(context, record, { leaseId, files })
  return { record: { ...record, files }, urls }
}

function withRequest(existing: DatasetRecord, { params }: CreateRequest): DatasetRecord {
  return { ...existing, params: { ...existing.params, ...params } }
}

function newRecord(
  context: DatasetsContext,
  { caller, request, leaseId }: { caller: Account; request: CreateRequest; leaseId: string },
): DatasetRecord {
  const now = isoTime(context.clock.now())
  return {
    id: request.name,
    list: 'datasets',
    createdAt: now,
    updatedAt: now,
    status: 'Initialed',
    ...(request.prefix === undefined ? {} : { prefix: request.prefix }),
    files: 0,
    params: request.params,
    createdBy: caller.username,
    allowedRolesOrUsers: [...caller.roles],
    version: 1,
    leases: { [leaseId]: leaseEnd(context) },
  }
}

async function uploadUrls(
  context: DatasetsContext,
  record: DatasetRecord,
  { files }: CreateRequest,
): Promise<Record<string, string>> {
  const prefix = datasetPrefix(record)
  const signed = await presignFiles(
    context,
    'upload',
    files.map(({ path }) => prefix + path),
  )
  const urls = Object.fromEntries(files.map(({ path }, index) => [path, signed[index] as string]))
  const bytes = Buffer.byteLength(JSON.stringify(urls))
  if (bytes > MOST_REPLY_BYTES) {
    refuse('content', `needs an answer of ${bytes} bytes, more than fit into one`, 'send fewer files in each request')
  }
  return urls
}

async function putNew({ datasetsTable }: DatasetsContext, record: DatasetRecord): Promise<boolean> {
  const put = new PutCommand({
    TableName: datasetsTable,
    Item: record,
    ConditionExpression: 'attribute_not_exists(id)',
  })
  return unlessRefused(() => dynamodb.send(put))
}

function toItem(
  { id }: DatasetRecord,
  { path, name, type, params }: CreateRequest['files'][number],
  { clock }: DatasetsContext,
): DatasetItem {
  return { datasetName: id, sortKey: path, name, type, params, createdAt: isoTime(clock.now()) }
}
