import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { checkFileName, extensionOf, KNOWN_EXTENSIONS } from '../../shared/checkpoints/file-rules.ts'
import { releaseName } from '../../shared/checkpoints/name-claims.ts'
import { CheckpointNotActiveError } from '../../shared/errors.ts'
import { refuse, textField } from '../../shared/http/fields.ts'
import { changeCheckpoint } from './change-checkpoint.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'
import { claimFreeName } from './claim-free-name.ts'

/**
 * Gives the first file of an active checkpoint another name; the other files keep theirs. Only the name and its claim
 * change: the object keeps its key, because a copy of many gigabytes does not fit into one request and everything that
 * reads a checkpoint finds the object through the record. Answers undefined when it has that name already.
 */
export async function renameCheckpoint(
  context: CheckpointsContext,
  record: CheckpointRecord,
  wanted: unknown,
): Promise<CheckpointRecord | undefined> {
  const oldName = record.names[0] ?? ''
  const newName = newFileName(oldName, textField(wanted, 'name', { max: 255 }))
  checkFileName(newName, record.type, 'name')
  if (record.status !== 'Active') throw new CheckpointNotActiveError('only active can update name')
  if (newName === oldName) return undefined
  if (record.names.includes(newName)) refuse('name', `is another file of this checkpoint`, 'choose another')
  await claimFreeName(context, newName, record.id)
  const changed = await changeOrGiveBack(context, record, newName)
  await releaseName(context.checkpointsTable, oldName, record.id)
  return changed
}

/** The wanted name with the extension of the old one, without which the file would no longer load. */
export function newFileName(oldName: string, wanted: string): string {
  const extension = extensionOf(oldName)
  const given = extensionOf(wanted)
  if (given === extension) return wanted
  if (KNOWN_EXTENSIONS.has(given)) refuse('name', `ends in ${given}`, `keep ${extension}, or leave the extension out`)
  return wanted + extension
}

async function changeOrGiveBack(
  context: CheckpointsContext,
  record: CheckpointRecord,
  newName: string,
): Promise<CheckpointRecord> {
  const names = [newName, ...record.names.slice(1)]
  const files = record.files.map((file, index) => (index === 0 ? { ...file, name: newName } : file))
  try {
    return await changeCheckpoint(context, record, { names, files })
  } catch (error) {
    await releaseName(context.checkpointsTable, newName, record.id)
    throw error
  }
}
