import { type CheckpointRecord, checkpointPrefix } from '../../shared/checkpoints/checkpoint-record.ts'
import { releaseName } from '../../shared/checkpoints/name-claims.ts'
import { deleteCheckpointRecord } from '../../shared/checkpoints/put-checkpoint.ts'
import { abortUploads } from '../../shared/objects/abort-uploads.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'

/**
 * Unmakes a checkpoint: open uploads, objects, name claims, and the record last, so that what a failure leaves behind can
 * still be seen and deleted again. Repeatable.
 */
export async function removeCheckpoint(
  { bucket, checkpointsTable }: CheckpointsContext,
  record: CheckpointRecord,
): Promise<void> {
  const prefix = `${checkpointPrefix(record.type, record.id)}/`
  await abortUploads(bucket, prefix)
  await deleteObjects(bucket, prefix)
  for (const name of record.names) {
    await releaseName(checkpointsTable, name, record.id)
  }
  await deleteCheckpointRecord(checkpointsTable, record.id)
}
