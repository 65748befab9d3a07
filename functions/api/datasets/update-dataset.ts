import { DATASET_STATUSES, type DatasetRecord, type DatasetStatus } from '../../shared/datasets/dataset-record.ts'
import { choiceField, listField, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { changeDataset, type DatasetChange, refuseWhileAdding } from './change-dataset.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { checkFileName } from './file-names.ts'
import { refuseWhileTrained } from './refuse-while-trained.ts'
import { removeFiles } from './remove-files.ts'
import { takeStock } from './take-stock.ts'

/** What each status asks for before a dataset gets it, and what else changes with it. */
const CHANGES: Readonly<
  Record<DatasetStatus, (context: DatasetsContext, record: DatasetRecord) => Promise<DatasetChange>>
> = {
  Initialed: async (context, record) => {
    await refuseWhileTrained(context, [record.id])
    return {}
  },
  Enabled: async (context, record) => {
    refuseWhileAdding(context, record)
    return { ...(await takeStock(context, record)), leases: {} }
  },
  Disabled: async () => ({}),
}

const MOST_REMOVED = 1_000

/**
 * Takes files out of a dataset, gives it another status, or both in this order. It is `Enabled` only when every announced
 * file is there; `Initialed` again takes further files. Repeatable.
 */
export async function updateDataset(
  context: DatasetsContext,
  record: DatasetRecord,
  body: JsonObject,
): Promise<DatasetRecord> {
  const names = body.remove === undefined ? [] : readNames(body.remove)
  const isRemovalOnly = names.length > 0 && body.status === undefined
  const status = isRemovalOnly ? undefined : choiceField(body.status, 'status', DATASET_STATUSES)
  const current = names.length > 0 ? await removeFiles(context, record, names) : record
  if (status === undefined) return current
  const change = await CHANGES[status](context, current)
  return changeDataset(context, current, { ...change, status })
}

/** The same rules as for a file that is added: what follows a prefix must not lead out of it. */
function readNames(remove: unknown): string[] {
  const names = listField(remove, 'remove', { min: 1, max: MOST_REMOVED }).map((value, index) => {
    const name = textField(value, `remove[${index}]`)
    checkFileName(name, `remove[${index}]`)
    return name
  })
  return [...new Set(names)]
}
