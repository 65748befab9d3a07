import { type CheckpointRecord, checkpointPrefix } from '../../shared/checkpoints/checkpoint-record.ts'
import { releaseName } from '../../shared/checkpoints/name-claims.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { CheckpointNotActiveError, CheckpointNotFoundError, InvalidSafetensorsError } from '../../shared/errors.ts'
import { objectField, refuse } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { log } from '../../shared/log.ts'
import { deleteKeys, deleteObjects } from '../../shared/objects/delete-objects.ts'
import { changeCheckpoint, RecordMovedOnError } from './change-checkpoint.ts'
import { type PartTag, readPartTags } from './check-parts.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'
import { completeUpload, type StoredFile } from './complete-upload.ts'
import { inspectFile } from './inspect-file.ts'

/**
 * Completes the uploads of a checkpoint, looks into every file, and only then makes the checkpoint active. Repeatable.
 *
 * A file that is not what it claims to be disables the checkpoint for good: the record stays with the reason, so that
 * whoever looks at the library later learns it too; the bad objects go, good ones beside them stay until the checkpoint
 * is deleted; the names are free at once, so that the same names can be uploaded again.
 */
export async function completeCheckpoint(
  context: CheckpointsContext,
  record: CheckpointRecord,
  body: JsonObject,
): Promise<CheckpointRecord> {
  const tags = readTags(body, record)
  if (record.status === 'Active') return record
  if (record.status === 'Disabled') throw disabledError(record)
  const files: StoredFile[] = []
  for (const file of record.files) {
    files.push(await completeUpload(context.bucket, file, tags.get(file.name) ?? []))
  }
  const faults = await inspectFiles(context, record, files)
  if (faults.length > 0) return disable(context, { record, files, faults })
  return settle(context, record, () => changeCheckpoint(context, record, { status: 'Active', files }))
}

function readTags(body: JsonObject, record: CheckpointRecord): Map<string, PartTag[]> {
  if (body.status !== 'Active') {
    refuse('status', `is ${JSON.stringify(body.status)}`.slice(0, 80), 'give "Active" to complete the uploads')
  }
  const given = objectField(body.multi_parts_tags ?? {}, 'multi_parts_tags')
  if (Object.keys(given).length === 0) {
    refuse('multi_parts_tags', 'is empty (multi parts tags is empty)', 'name the parts of every file')
  }
  const stranger = Object.keys(given).find((name) => !record.names.includes(name))
  if (stranger !== undefined) {
    refuse(`multi_parts_tags["${stranger}"]`, 'is no file of this checkpoint', `name ${record.names.join(', ')}`)
  }
  return new Map(record.names.map((name) => [name, readPartTags(own(given, name), name)]))
}

function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

interface Fault {
  file: StoredFile
  reason: string
}

async function inspectFiles(
  { bucket }: CheckpointsContext,
  record: CheckpointRecord,
  files: readonly StoredFile[],
): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const file of files) {
    try {
      await inspectFile(bucket, file, record.type)
    } catch (error) {
      if (!(error instanceof InvalidSafetensorsError)) throw error
      faults.push({ file, reason: error.message })
    }
  }
  return faults
}

async function disable(
  context: CheckpointsContext,
  { record, files, faults }: { record: CheckpointRecord; files: StoredFile[]; faults: Fault[] },
): Promise<CheckpointRecord> {
  const reason = faults.map((fault) => fault.reason).join('; ')
  const params = { ...record.params, reason }
  const settled = await settle(context, record, () =>
    changeCheckpoint(context, record, { status: 'Disabled', files, params }),
  )
  if (settled.status === 'Active') return settled
  await deleteKeys(
    context.bucket,
    faults.map(({ file }) => file.key),
  )
  for (const name of record.names) {
    await releaseName(context.checkpointsTable, name, record.id)
  }
  throw new InvalidSafetensorsError(`${reason}. Checkpoint ${record.id} is disabled; upload a good file as a new one`)
}

/** Makes the change, or accepts what a concurrent call has made of the record; a record that is gone leaves no objects. */
async function settle(
  context: CheckpointsContext,
  record: CheckpointRecord,
  change: () => Promise<CheckpointRecord>,
): Promise<CheckpointRecord> {
  try {
    return await change()
  } catch (error) {
    if (!(error instanceof RecordMovedOnError)) throw error
    const now = await readCheckpoint(context.checkpointsTable, record.id)
    if (now?.status === 'Active') return now
    if (now) throw disabledError(now)
    log.info('The checkpoint was deleted while its uploads were completed', { checkpointId: record.id })
    await deleteObjects(context.bucket, `${checkpointPrefix(record.type, record.id)}/`)
    throw new CheckpointNotFoundError(`checkpoint not found with id ${record.id}`, { cause: error })
  }
}

function disabledError(record: CheckpointRecord): CheckpointNotActiveError {
  const reason = typeof record.params.reason === 'string' ? `: ${record.params.reason}` : ''
  return new CheckpointNotActiveError(`checkpoint ${record.id} is disabled${reason}. Create a new one`)
}
