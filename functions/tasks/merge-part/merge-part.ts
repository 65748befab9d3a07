import { log } from '../../shared/log.ts'
import { mergePart } from '../../shared/merge/merge-part.ts'
import { loadPlan, type PlanReference } from '../../shared/merge/stored-plan.ts'
import { createS3Source } from '../../shared/objects/s3-byte-source.ts'
import { createS3PartSink } from '../../shared/objects/s3-part-sink.ts'

/** What the state machine sends for each part. */
export interface MergePartEvent {
  plan: PlanReference
  output: { bucket: string; key: string }
  uploadId: string
  partNumber: number
}

/** A part as completing the upload wants it. */
export interface MergedPart {
  PartNumber: number
  ETag: string
  ChecksumCRC32: string
}

/** Makes one part of a planned merge and uploads it. Repeatable. Throws `InputChanged`, `CheckpointNotFound`, `PlanMismatch` or `TransientError`. */
export async function mergeStoredPart(event: MergePartEvent): Promise<MergedPart> {
  const plan = await loadPlan(event.plan)
  const sources = plan.inputs.map(createS3Source)
  const sink = createS3PartSink({ ...event.output, uploadId: event.uploadId })
  const { etag, crc32 } = await mergePart({ plan, sources, sink, partNumber: event.partNumber })
  log.info('Part merged', { key: event.output.key, partNumber: event.partNumber, parts: plan.parts })
  return { PartNumber: event.partNumber, ETag: etag, ChecksumCRC32: crc32 }
}
