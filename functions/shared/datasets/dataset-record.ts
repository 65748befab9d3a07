/** The contract's words. Files are added while `Initialed`; only an `Enabled` dataset can be trained on. */
export const DATASET_STATUSES = ['Initialed', 'Enabled', 'Disabled'] as const

export type DatasetStatus = (typeof DATASET_STATUSES)[number]

/** Item of the Datasets table; its id is the name. Times are ISO 8601 UTC with milliseconds. */
export interface DatasetRecord {
  id: string
  list: 'datasets'
  createdAt: string
  updatedAt: string
  status: DatasetStatus
  /** A folder between the dataset's own and its files, without slashes at its ends. */
  prefix?: string
  /** How many files were announced; exact once the dataset was enabled. */
  files: number
  /** Of all files together, as they were when the dataset was enabled. */
  bytes?: number
  /** How many of the files are images; there once the dataset was enabled. */
  images?: number
  params: Record<string, unknown>
  createdBy: string
  allowedRolesOrUsers: string[]
  /** Counts the changes, so that whoever has looked can tell that nothing moved. */
  version: number
  /** Until when requests that are adding files right now may still write, by their ids. */
  leases: Record<string, string>
}

/** Item of the DatasetItems table: one file, under its name below the dataset's prefix. */
export interface DatasetItem {
  datasetName: string
  sortKey: string
  /** What the client calls the file, and its kind. */
  name: string
  type: string
  params: Record<string, unknown>
  createdAt: string
}

/** Below this prefix lies everything of a dataset, whatever its own prefix. */
export function datasetFolder(name: string): string {
  return `dataset/${name}/`
}

/** What the keys of a dataset's files begin with, a slash at its end. */
export function datasetPrefix({ id, prefix }: Pick<DatasetRecord, 'id' | 'prefix'>): string {
  return prefix === undefined ? datasetFolder(id) : `${datasetFolder(id)}${prefix}/`
}

/** Where a dataset lies, as the contract tells clients: `s3://bucket/dataset/<name>`. */
export function datasetLocation(bucket: string, name: string): string {
  return `s3://${bucket}/dataset/${name}`
}
