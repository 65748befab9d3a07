import { type Account, maySee } from '../../shared/accounts/account.ts'
import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { CheckpointInUseError } from '../../shared/errors.ts'
import { listField, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { changeCheckpoint, RecordMovedOnError } from './change-checkpoint.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'
import { reads, runningMerges } from './merges-reading.ts'
import { removeCheckpoint } from './remove-checkpoint.ts'

const MOST_IDS = 100

/**
 * Deletes the listed checkpoints with their objects, open uploads and names. Ids that are unknown, or that the caller may
 * not see, are skipped: for the caller they do not exist. When a running merge reads one of them, none is deleted.
 */
export async function deleteCheckpoints(context: CheckpointsContext, caller: Account, body: JsonObject): Promise<void> {
  const ids = listField(body.checkpoint_id_list, 'checkpoint_id_list', { min: 1, max: MOST_IDS }).map((id, index) =>
    textField(id, `checkpoint_id_list[${index}]`, { max: 256 }),
  )
  const records = await visibleRecords(context, caller, new Set(ids))
  if (records.length === 0) return
  await refuseWhileRead(context, records)
  for (const record of records) {
    await deleteOne(context, record)
  }
}

async function visibleRecords(
  { checkpointsTable }: CheckpointsContext,
  caller: Account,
  ids: ReadonlySet<string>,
): Promise<CheckpointRecord[]> {
  const found: CheckpointRecord[] = []
  for (const id of ids) {
    const record = await readCheckpoint(checkpointsTable, id)
    if (record && maySee(caller, record.allowedRolesOrUsers)) found.push(record)
  }
  return found
}

async function refuseWhileRead(context: CheckpointsContext, records: readonly CheckpointRecord[]): Promise<void> {
  const running = await runningMerges(context)
  for (const record of records) {
    const merge = running.find((candidate) => reads(candidate, record))
    if (!merge) continue
    const name = record.names[0] ?? record.id
    throw new CheckpointInUseError(
      `checkpoint_id_list: ${name} is read by the running merge "${merge.name}" (${merge.id}): wait for its end or stop it`,
    )
  }
}

/** Disabled first, so that no merge takes a checkpoint whose objects are going. */
async function deleteOne(context: CheckpointsContext, record: CheckpointRecord): Promise<void> {
  try {
    await removeCheckpoint(context, await changeCheckpoint(context, record, { status: 'Disabled' }))
  } catch (error) {
    if (!(error instanceof RecordMovedOnError)) throw error
    const now = await readCheckpoint(context.checkpointsTable, record.id)
    if (now) await removeCheckpoint(context, now)
  }
}
