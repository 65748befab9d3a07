import { type Account, maySee } from '../accounts/account.ts'
import type { CheckpointFile, CheckpointRecord } from '../checkpoints/checkpoint-record.ts'
import { findCheckpoint } from '../checkpoints/read-checkpoint.ts'
import { CheckpointNotActiveError, CheckpointNotFoundError, InvalidRequestError } from '../errors.ts'
import { type ArtifactList, type Artifacts, FOLDER_OF_LIST, type ModelFile } from './model-record.ts'
import { MOST_FILES, type ModelFolder } from './package-layout.ts'

/** What an instance downloads before it answers; instances with a local disk have more than twice that. */
export const MOST_BYTES = 100 * 1024 ** 3

/** A file of the library as it will lie in a packaged model. */
export type FoundArtifact = Required<Pick<ModelFile, 'folder' | 'name' | 'checkpointId'>> &
  Pick<ModelFile, 'lineage'> & { file: CheckpointFile }

interface Wish {
  /** The field of the request. */
  where: string
  wanted: string
  folder: ModelFolder
}

/**
 * Finds the files of a request in the library: for a file name that file, for an id the checkpoint's first one, each
 * with the files of the same stem beside it (`x.safetensors` with `x.yaml`). Throws `CheckpointNotFound` (also for what
 * the account may not see), `CheckpointNotActive` or `InvalidRequest`, each naming the field.
 */
export async function findArtifacts(table: string, account: Account, artifacts: Artifacts): Promise<FoundArtifact[]> {
  const found = await Promise.all(wishesOf(artifacts).map((wish) => findFiles(table, account, wish)))
  const files = found.flat()
  checkNames(files)
  if (files.length > MOST_FILES) {
    throw new InvalidRequestError(`The model has ${files.length} files: package at most ${MOST_FILES}`)
  }
  return files
}

/** Throws `InvalidRequest` when the files are more than an endpoint should download. */
export function checkTotal(bytes: number): void {
  if (bytes <= MOST_BYTES) return
  throw new InvalidRequestError(`The files have ${bytes} bytes together: package at most ${MOST_BYTES} (100 GiB)`)
}

function wishesOf(artifacts: Artifacts): Wish[] {
  return Object.entries(FOLDER_OF_LIST).flatMap(([list, folder]) =>
    (artifacts[list as ArtifactList] ?? []).map((wanted, index) => ({ where: `${list}[${index}]`, wanted, folder })),
  )
}

async function findFiles(table: string, account: Account, wish: Wish): Promise<FoundArtifact[]> {
  const record = await findCheckpoint(table, wish.wanted)
  const { id: checkpointId, files, lineage } = checkRecord(record, account, wish)
  const main = files.find(({ name }) => name === wish.wanted) ?? files[0]
  if (!main) throw new InvalidRequestError(`${wish.where}: the checkpoint ${wish.wanted} has no files`)
  const companions = files.filter(({ name }) => name !== main.name && stemOf(name) === stemOf(main.name))
  const made = lineage && lineageOf(lineage)
  return [main, ...companions].map((file) => ({
    folder: wish.folder,
    name: file.name,
    checkpointId,
    file,
    ...(made ? { lineage: made } : {}),
  }))
}

function checkRecord(record: CheckpointRecord | undefined, account: Account, wish: Wish): CheckpointRecord {
  const { where, wanted, folder } = wish
  if (!record || !maySee(account, record.allowedRolesOrUsers)) {
    throw new CheckpointNotFoundError(`${where}: no checkpoint has the id or file name ${JSON.stringify(wanted)}`)
  }
  if (record.status !== 'Active') {
    const fix = record.status === 'Initial' ? 'complete its upload first' : 'choose another one'
    throw new CheckpointNotActiveError(`${where}: the checkpoint ${wanted} is ${record.status}; ${fix}`)
  }
  if (record.type !== folder) {
    throw new InvalidRequestError(`${where}: ${wanted} is of type ${record.type}; this list takes type ${folder}`)
  }
  return record
}

function checkNames(files: readonly FoundArtifact[]): void {
  const seen = new Map<string, FoundArtifact>()
  for (const file of files) {
    const path = `${file.folder}/${file.name}`
    if (seen.has(path)) throw new InvalidRequestError(`${path} is asked for twice: name each file once`)
    seen.set(path, file)
  }
}

function lineageOf(lineage: NonNullable<CheckpointRecord['lineage']>): { kind: string; id: string } {
  const { kind, mergeId, trainingId } = lineage as { kind: string; mergeId?: string; trainingId?: string }
  return { kind, id: mergeId ?? trainingId ?? '' }
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}
