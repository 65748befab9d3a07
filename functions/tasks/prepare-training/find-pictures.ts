import { type Account, maySee } from '../../shared/accounts/account.ts'
import { type DatasetRecord, datasetPrefix } from '../../shared/datasets/dataset-record.ts'
import { listDatasetItems } from '../../shared/datasets/list-dataset-items.ts'
import { readDataset } from '../../shared/datasets/read-dataset.ts'
import { DatasetNotEnabledError, DatasetNotFoundError, InvalidRequestError } from '../../shared/errors.ts'
import type { PictureFacts } from '../../shared/trainings/decide-config.ts'

/** A dataset's files, as a channel gets them. */
export interface Pictures extends PictureFacts {
  /** What every key begins with. */
  prefix: string
  /** Names below the prefix. */
  files: string[]
  bytes: number
}

/** `10_toy`: ten repeats, and the words. */
const CONTRACT_FOLDER = /^(\d{1,4})_(.+)$/

/**
 * The files of an enabled dataset that the user may see, captions only where they are wanted. Throws `DatasetNotFound`,
 * `DatasetNotEnabled`, or `InvalidRequest` when it has no picture; each names the field.
 */
export async function findPictures(
  { datasetsTable, datasetItemsTable }: { datasetsTable: string; datasetItemsTable: string },
  { field, name, captions }: { field: string; name: string; captions: boolean },
  account: Account,
): Promise<Pictures> {
  const record = checkDataset(await readDataset(datasetsTable, name), account, { field, name })
  const files: string[] = []
  let images = 0
  for await (const file of listDatasetItems(datasetItemsTable, record)) {
    if (file.type === 'image') images++
    if (file.type === 'image' || captions) files.push(file.name)
  }
  if (images === 0) throw new InvalidRequestError(`${field}: the dataset ${name} has no pictures: add some first`)
  return {
    name,
    images,
    captions: files.length - images,
    prefix: datasetPrefix(record),
    files,
    bytes: record.bytes ?? 0,
    ...repeatsOf(record),
  }
}

function checkDataset(
  record: DatasetRecord | undefined,
  account: Account,
  { field, name }: { field: string; name: string },
): DatasetRecord {
  if (!record || !maySee(account, record.allowedRolesOrUsers)) {
    throw new DatasetNotFoundError(`${field}: there is no dataset ${JSON.stringify(name)}`)
  }
  if (record.status === 'Enabled') return record
  throw new DatasetNotEnabledError(
    `${field}: the dataset ${name} is ${record.status}: complete its upload and enable it`,
  )
}

function repeatsOf({ prefix = '' }: DatasetRecord): Pick<PictureFacts, 'repeats' | 'token'> {
  const [, repeats, words] = CONTRACT_FOLDER.exec(prefix) ?? []
  if (repeats === undefined || words === undefined) return { repeats: 1 }
  return { repeats: Math.max(1, Number(repeats)), token: words.replaceAll('_', ' ') }
}
