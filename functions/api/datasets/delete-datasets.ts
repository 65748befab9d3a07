import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { type WriteRequest, writeBatches } from '../../shared/aws/write-batches.ts'
import { type DatasetRecord, datasetFolder } from '../../shared/datasets/dataset-record.ts'
import { listDatasetItems } from '../../shared/datasets/list-dataset-items.ts'
import { readDataset } from '../../shared/datasets/read-dataset.ts'
import { listField, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { changeDataset, refuseWhileAdding } from './change-dataset.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { refuseWhileTrained } from './refuse-while-trained.ts'

const MOST_NAMES = 100

/**
 * Deletes the listed datasets with all their files. Names that are unknown, or that the caller may not see, are skipped:
 * for the caller they do not exist. When a running training reads one of them, or files are being added to one, none is
 * deleted. Repeatable.
 */
export async function deleteDatasets(context: DatasetsContext, caller: Account, body: JsonObject): Promise<void> {
  const names = listField(body.dataset_name_list, 'dataset_name_list', { min: 1, max: MOST_NAMES }).map((name, index) =>
    textField(name, `dataset_name_list[${index}]`, { max: 256 }),
  )
  const records = await visibleRecords(context, caller, new Set(names))
  if (records.length === 0) return
  for (const record of records) refuseWhileAdding(context, record)
  await refuseWhileTrained(
    context,
    records.map(({ id }) => id),
  )
  for (const record of records) await deleteOne(context, record)
}

async function visibleRecords(
  { datasetsTable }: DatasetsContext,
  caller: Account,
  names: ReadonlySet<string>,
): Promise<DatasetRecord[]> {
  const found: DatasetRecord[] = []
  for (const name of names) {
    const record = await readDataset(datasetsTable, name)
    if (record && maySee(caller, record.allowedRolesOrUsers)) found.push(record)
  }
  return found
}

/** Disabled first, so that nobody adds to it or trains on it, and the record last, so that a rest can be seen and deleted again. */
async function deleteOne(context: DatasetsContext, record: DatasetRecord): Promise<void> {
  await changeDataset(context, record, { status: 'Disabled', leases: {} })
  await deleteItems(context, record)
  await deleteObjects(context.bucket, datasetFolder(record.id))
  const remove = new DeleteCommand({ TableName: context.datasetsTable, Key: { id: record.id } })
  await withTransientErrors(() => dynamodb.send(remove))
}

async function deleteItems({ itemsTable }: DatasetsContext, record: DatasetRecord): Promise<void> {
  const requests: WriteRequest[] = []
  for await (const { name } of listDatasetItems(itemsTable, record)) {
    requests.push({ DeleteRequest: { Key: { datasetName: record.id, sortKey: name } } })
  }
  await writeBatches(itemsTable, requests)
}
