import { claimName, findNameOwner } from '../../shared/checkpoints/name-claims.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { NameTakenError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'
import { removeCheckpoint } from './remove-checkpoint.ts'

/** Part URLs live for half a day and the bucket aborts open uploads after a day: nobody can finish such an upload. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

/** Claims a file name for a checkpoint; a name that only an abandoned upload still holds is taken over. Throws `NameTaken`. */
export async function claimFreeName(context: CheckpointsContext, name: string, checkpointId: string): Promise<void> {
  try {
    await claimName(context.checkpointsTable, name, checkpointId)
  } catch (error) {
    if (!(error instanceof NameTakenError) || !(await removeAbandonedOwner(context, name))) throw error
    await claimName(context.checkpointsTable, name, checkpointId)
  }
}

async function removeAbandonedOwner(context: CheckpointsContext, name: string): Promise<boolean> {
  const ownerId = await findNameOwner(context.checkpointsTable, name)
  const owner = ownerId === undefined ? undefined : await readCheckpoint(context.checkpointsTable, ownerId)
  if (owner?.status !== 'Initial') return false
  if (context.clock.now() - Date.parse(owner.createdAt) < ABANDONED_AFTER_MS) return false
  log.info('Removing an abandoned upload whose name is wanted', { checkpointId: owner.id, name })
  await removeCheckpoint(context, owner)
  return true
}
