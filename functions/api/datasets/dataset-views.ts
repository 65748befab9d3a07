import { type DatasetItem, type DatasetRecord, datasetLocation } from '../../shared/datasets/dataset-record.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'

/** A row of `GET /datasets`, in the contract's form: the client's own fields beside ours, numbers as strings. */
export function toRow(bucket: string, record: DatasetRecord): JsonObject {
  return {
    ...record.params,
    datasetName: record.id,
    s3: datasetLocation(bucket, record.id),
    status: record.status,
    timestamp: String(Date.parse(record.createdAt) / 1000),
    files: String(record.files),
  }
}

/** The answer of `GET /datasets/{id}` without its files. Clients read `description` whether it was given or not. */
export function toDetail(bucket: string, record: DatasetRecord): JsonObject {
  return { description: '', ...toRow(bucket, record), dataset_name: record.id, prefix: record.prefix ?? '' }
}

/** A file in the answer of `GET /datasets/{id}`. */
export function toFile({ status }: DatasetRecord, item: DatasetItem, previewUrl: string): JsonObject {
  return {
    ...item.params,
    key: item.sortKey,
    name: item.name,
    type: item.type,
    preview_url: previewUrl,
    dataStatus: status,
    original_file_name: item.sortKey,
  }
}
