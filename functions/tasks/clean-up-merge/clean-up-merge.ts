import { checkpointPrefix } from '../../shared/checkpoints/checkpoint-record.ts'
import { releaseName } from '../../shared/checkpoints/name-claims.ts'
import { deleteCheckpointRecord } from '../../shared/checkpoints/put-checkpoint.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { log } from '../../shared/log.ts'
import { deletePlan, readPlannedName } from '../../shared/merge/stored-plan.ts'
import { abortUploads } from '../../shared/objects/abort-uploads.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'

/** Where the library is. */
export interface CleanUpMergeContext {
  bucket: string
  checkpointsTable: string
}

/** The merge that failed or was stopped. */
export interface CleanUpMergeEvent {
  id: string
  checkpointId: string
}

/**
 * Leaves nothing of a merge that did not come to its end: no upload, no object, no plan, no claimed name. A checkpoint that is
 * already registered is not touched. Repeatable at any time; the merge's status should be final before, so that its last functions see it.
 */
export async function cleanUpMerge(
  context: CleanUpMergeContext,
  { id, checkpointId }: CleanUpMergeEvent,
): Promise<void> {
  const registered = await readCheckpoint(context.checkpointsTable, checkpointId)
  if (registered === undefined) await removeOutput(context, { id, checkpointId })
  await deletePlan(context.bucket, id)
  log.info('Merge cleaned up', { mergeId: id, checkpointId, kept: registered !== undefined })
}

async function removeOutput(
  { bucket, checkpointsTable }: CleanUpMergeContext,
  merge: CleanUpMergeEvent,
): Promise<void> {
  // With the slash: another checkpoint's id may begin with this one.
  const prefix = `${checkpointPrefix('Stable-diffusion', merge.checkpointId)}/`
  await abortUploads(bucket, prefix)
  await deleteObjects(bucket, prefix)
  // Before the plan goes, which is where a repeated clean-up finds the name.
  const name = await readPlannedName(bucket, merge.id)
  if (name !== undefined) await releaseName(checkpointsTable, name, merge.checkpointId)
  await removeLateRecord(checkpointsTable, merge)
}

/** A function that was still running may have registered the checkpoint while its object was being deleted. */
async function removeLateRecord(checkpointsTable: string, { id, checkpointId }: CleanUpMergeEvent): Promise<void> {
  const late = await readCheckpoint(checkpointsTable, checkpointId)
  if (late?.lineage?.kind === 'merge' && late.lineage.mergeId === id)
    await deleteCheckpointRecord(checkpointsTable, checkpointId)
}
