import { writeBatches } from '../../shared/aws/write-batches.ts'
import { countDatasetItems } from '../../shared/datasets/count-dataset-items.ts'
import { type DatasetRecord, datasetPrefix } from '../../shared/datasets/dataset-record.ts'
import { deleteKeys } from '../../shared/objects/delete-objects.ts'
import { changeDataset, refuseWhileAdding } from './change-dataset.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { refuseWhileTrained } from './refuse-while-trained.ts'

/** Takes files out of a dataset, which is `Initialed` again then. Names that it does not have are skipped. */
export async function removeFiles(
  context: DatasetsContext,
  record: DatasetRecord,
  names: readonly string[],
): Promise<DatasetRecord> {
  refuseWhileAdding(context, record)
  await refuseWhileTrained(context, [record.id])
  const opened = await changeDataset(context, record, { status: 'Initialed', leases: {} })
  await writeBatches(
    context.itemsTable,
    names.map((sortKey) => ({ DeleteRequest: { Key: { datasetName: record.id, sortKey } } })),
  )
  const prefix = datasetPrefix(record)
  await deleteKeys(
    context.bucket,
    names.map((name) => prefix + name),
  )
  return changeDataset(context, opened, { files: await countDatasetItems(context.itemsTable, record.id) })
}
