import { DATASET_STATUSES, type DatasetRecord, type DatasetStatus } from '../../shared/datasets/dataset-record.ts'
import { choiceField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { changeDataset, type DatasetChange, refuseWhileAdding } from './change-dataset.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { refuseWhileTrained } from './refuse-while-trained.ts'
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

/**
 * Gives a dataset another status. It is `Enabled` only when every announced file is there; `Initialed` again takes further
 * files. Repeatable.
 */
export async function updateDataset(
  context: DatasetsContext,
  record: DatasetRecord,
  body: JsonObject,
): Promise<DatasetRecord> {
  const status = choiceField(body.status, 'status', DATASET_STATUSES)
  const change = await CHANGES[status](context, record)
  return changeDataset(context, record, { ...change, status })
}
