import { type Account, maySee } from '../../shared/accounts/account.ts'
import type { DatasetRecord } from '../../shared/datasets/dataset-record.ts'
import { DatasetExistsError } from '../../shared/errors.ts'
import { refuse } from '../../shared/http/fields.ts'
import type { CreateRequest } from './create-request.ts'
import { checkKey } from './file-names.ts'

/** Enabling and deleting look at every file within one request. */
const MOST_FILES = 20_000

/** Refuses a request whose name is taken by a dataset that it cannot add files to; the message names the fix. */
export function checkAddable(caller: Account, existing: DatasetRecord, { name, prefix, files }: CreateRequest): void {
  if (!maySee(caller, existing.allowedRolesOrUsers)) {
    throw new DatasetExistsError(`dataset ${name} belongs to others: choose another name`)
  }
  if (existing.status !== 'Initialed') {
    throw new DatasetExistsError(
      `dataset ${name} exists and is ${existing.status}: choose another name, or set its status to Initialed to add files`,
    )
  }
  if (prefix !== undefined && prefix !== existing.prefix) {
    const has = existing.prefix === undefined ? 'no prefix' : `the prefix "${existing.prefix}"`
    throw new DatasetExistsError(`dataset ${name} has ${has}, not "${prefix}": leave prefix out or choose another name`)
  }
  if (existing.files + files.length > MOST_FILES) {
    const most = MOST_FILES.toLocaleString('en-US')
    refuse('content', `brings dataset ${name} above ${most} files`, 'put them into another dataset')
  }
  for (const { path } of files) checkKey(existing, path)
}
