/** How the models are combined. */
export const MERGE_METHODS = ['weighted-sum', 'add-difference', 'none'] as const

export type MergeMethod = (typeof MERGE_METHODS)[number]

/** `keep` leaves every tensor in the type the arithmetic gives, `half` turns F32 results into F16. */
export const MERGE_PRECISIONS = ['keep', 'half'] as const

export type MergePrecision = (typeof MERGE_PRECISIONS)[number]

/** The body of `POST /merges`. Models are checkpoint ids or file names of active checkpoints. */
export interface MergeRequest {
  name?: string
  method: MergeMethod
  multiplier?: number
  primary: string
  secondary?: string
  tertiary?: string
  precision?: MergePrecision
  bakeInVae?: string
  discardWeights?: string
  notify?: unknown
  parts?: number
}

export const FINAL_MERGE_STATUSES = ['Succeeded', 'Failed', 'TimedOut', 'Stopped'] as const

export type FinalMergeStatus = (typeof FINAL_MERGE_STATUSES)[number]

export type MergeStatus = 'Planning' | 'Merging' | FinalMergeStatus

/** Item of the Merges table; its id is the execution's name. Times are ISO 8601 UTC. */
export interface MergeRecord {
  id: string
  list: 'merges'
  createdAt: string
  updatedAt: string
  name: string
  status: MergeStatus
  request: MergeRequest
  requestedBy: string
  executionArn: string
  checkpointId: string
  upload?: { bucket: string; key: string; uploadId: string }
  parts?: number
  totalBytes?: number
  result?: { checkpointId: string; bucket: string; key: string; size: number; etag: string; crc32: string }
  reason?: { error: string; cause: string }
  startedAt: string
  endedAt?: string
  announcement?: { eventId: string; claimedAt: string; sentAt?: string }
}

/** Whether nothing about the merge changes any more. */
export function isFinal(status: MergeStatus): status is FinalMergeStatus {
  return (FINAL_MERGE_STATUSES as readonly string[]).includes(status)
}
