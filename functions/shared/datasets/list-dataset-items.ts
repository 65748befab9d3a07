import { queryItems } from '../aws/query-items.ts'
import { type DatasetItem, type DatasetRecord, datasetPrefix } from './dataset-record.ts'
import { type FileKind, fileKindOf } from './file-kind.ts'

/** A file of a dataset. */
export interface DatasetFile {
  /** Relative to the dataset's prefix, with slashes between folders. */
  name: string
  key: string
  type: FileKind
}

/** Every file that was announced for a dataset, by name; whether its object is there is another question. */
export async function* listDatasetItems(
  table: string,
  dataset: Pick<DatasetRecord, 'id' | 'prefix'>,
): AsyncGenerator<DatasetFile> {
  const prefix = datasetPrefix(dataset)
  const query = {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'datasetName = :name',
    ExpressionAttributeValues: { ':name': dataset.id },
  }
  for await (const { sortKey } of queryItems<DatasetItem>(query)) {
    yield { name: sortKey, key: prefix + sortKey, type: fileKindOf(sortKey) ?? 'image' }
  }
}
