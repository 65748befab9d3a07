import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { type DatasetRecord, datasetPrefix } from '../../shared/datasets/dataset-record.ts'
import { TAKEN_ENDINGS } from '../../shared/datasets/file-kind.ts'
import { type DatasetFile, listDatasetItems } from '../../shared/datasets/list-dataset-items.ts'
import { DatasetIncompleteError } from '../../shared/errors.ts'
import type { DatasetsContext } from './datasets-context.ts'

/** What a dataset is made of. */
export interface Stock {
  files: number
  images: number
  bytes: number
}

const MOST_NAMED = 20

/** Looks whether every announced file was uploaded, and one at least is an image. Throws `DatasetIncomplete` naming the missing ones. */
export async function takeStock(context: DatasetsContext, record: DatasetRecord): Promise<Stock> {
  const sizes = await objectSizes(context.bucket, datasetPrefix(record))
  const stock = { files: 0, images: 0, bytes: 0 }
  const missing: DatasetFile[] = []
  for await (const file of listDatasetItems(context.itemsTable, record)) {
    const size = sizes.get(file.key)
    if (size === undefined) missing.push(file)
    stock.files++
    stock.images += file.type === 'image' ? 1 : 0
    stock.bytes += size ?? 0
  }
  if (missing.length > 0) throw incomplete(record, missing)
  if (stock.images > 0) return stock
  throw new DatasetIncompleteError(`dataset ${record.id} has no image: add some with POST /datasets (${TAKEN_ENDINGS})`)
}

function incomplete({ id }: DatasetRecord, missing: readonly DatasetFile[]): DatasetIncompleteError {
  const named = missing.slice(0, MOST_NAMED).map(({ name }) => name)
  const more = missing.length - named.length
  const list = named.join(', ') + (more > 0 ? ` and ${more} more` : '')
  const what = missing.length === 1 ? '1 file is' : `${missing.length} files are`
  return new DatasetIncompleteError(
    `${what} missing in dataset ${id}: ${list}. Put them to their URLs (the same POST /datasets gives new ones), or take them out with remove, and enable it again`,
  )
}

async function objectSizes(bucket: string, prefix: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  let token: string | undefined
  do {
    const list: ListObjectsV2Command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    const page: ListObjectsV2CommandOutput = await withTransientErrors(() => s3.send(list))
    for (const { Key = '', Size = 0 } of page.Contents ?? []) sizes.set(Key, Size)
    token = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (token !== undefined)
  return sizes
}
