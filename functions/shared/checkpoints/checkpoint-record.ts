/** What a checkpoint file is for; the folder names of the bucket. */
export const CHECKPOINT_TYPES = [
  'Stable-diffusion',
  'embeddings',
  'Lora',
  'hypernetworks',
  'ControlNet',
  'VAE',
] as const

export type CheckpointType = (typeof CHECKPOINT_TYPES)[number]

/** `Initial` until its files are uploaded and inspected. */
export const CHECKPOINT_STATUSES = ['Initial', 'Active', 'Disabled'] as const

export type CheckpointStatus = (typeof CHECKPOINT_STATUSES)[number]

/** One object of a checkpoint. `uploadId` stands while its multipart upload is open, `size` and `etag` once it is complete. */
export interface CheckpointFile {
  name: string
  key: string
  size?: number
  etag?: string
  uploadId?: string
}

/** One input of the merge that made a checkpoint, as it was when the merge was planned. */
export interface LineageInput {
  role: string
  checkpointId: string
  name: string
  size: number
  etag: string
}

/** Where a merged checkpoint comes from: enough to make it again. */
export interface MergeLineage {
  kind: 'merge'
  mergeId: string
  planSha256: string
  arithmetic: string
  recipe: Record<string, unknown>
  inputs: LineageInput[]
}

/** Where a trained checkpoint comes from. */
export interface TrainingLineage {
  kind: 'training'
  trainingId: string
  base: { checkpointId: string; name: string; size: number; etag: string }
  dataset: { name: string; images: number; captions: number }
  classDataset?: { name: string; images: number }
  /** Everything that the training program was told. */
  parameters: Record<string, unknown>
  job: { name: string; image: string; instanceType: string }
}

export type CheckpointLineage = MergeLineage | TrainingLineage

/** Item of the Checkpoints table. `createdAt` and `updatedAt` are ISO 8601 UTC with milliseconds. */
export interface CheckpointRecord {
  id: string
  list: 'checkpoints'
  createdAt: string
  updatedAt: string
  type: CheckpointType
  status: CheckpointStatus
  names: string[]
  location: string
  files: CheckpointFile[]
  allowedRolesOrUsers: string[]
  params: Record<string, unknown>
  createdBy: string
  lineage?: CheckpointLineage
}

/** The prefix of a checkpoint's objects in the bucket, without a slash at its end. */
export function checkpointPrefix(type: CheckpointType, id: string): string {
  return `${type}/checkpoint/custom/${id}`
}

/** Where a checkpoint lies, as the contract tells clients: `s3://bucket/<type>/checkpoint/custom/<id>`. */
export function checkpointLocation(bucket: string, type: CheckpointType, id: string): string {
  return `s3://${bucket}/${checkpointPrefix(type, id)}`
}
