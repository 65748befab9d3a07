import { type Account, maySee } from '../accounts/account.ts'
import { CHECKPOINT_TYPES, type CheckpointRecord, type CheckpointType } from '../checkpoints/checkpoint-record.ts'
import { findCheckpoint, readCheckpoint } from '../checkpoints/read-checkpoint.ts'
import { CheckpointNotActiveError, CheckpointNotFoundError, InvalidRequestError } from '../errors.ts'
import { listField, textField } from '../http/fields.ts'
import type { JsonObject } from '../http/json-body.ts'
import type { ResolvedModel, ResolvedModels } from './inference-record.ts'
import { findPackaged, isPackaged, type PackagedFiles } from './packaged-models.ts'

const MOST_MODELS = 20

/** Names of a VAE that are not files: none at all, and the one that belongs to the checkpoint. */
const BUILT_IN_VAES: ReadonlySet<string> = new Set(['None', 'Automatic'])

interface AskedModel {
  type: CheckpointType
  name: string
}

/** Where models are looked for. */
export interface ModelShelves {
  checkpointsTable: string
  /** What the endpoint has already; looked through first. */
  packaged?: PackagedFiles | undefined
}

/**
 * Finds each asked model among the endpoint's own files, or the active checkpoints that the caller may see, by its exact
 * name. Throws naming every one that is not there, in the contract's words.
 */
export async function resolveModels(
  shelves: ModelShelves,
  caller: Account,
  asked: JsonObject,
): Promise<ResolvedModels> {
  const wanted = readAsked(asked)
  const found = await Promise.all(wanted.map((model) => resolve(shelves, caller, model)))
  const missing = wanted.filter((_, index) => found[index] === undefined)
  if (missing.length > 0) {
    const told = missing.map(({ name, type }) => `checkpoint with name ${name}, type ${type} is not found`)
    throw new InvalidRequestError(told.join(' '))
  }
  const models: ResolvedModels = {}
  for (const model of found as ResolvedModel[]) models[model.type] = [...(models[model.type] ?? []), model]
  return models
}

/** Throws unless every model is still there, active and called the same. What an endpoint has in its model directory stays there. */
export async function confirmModels(table: string, models: ResolvedModels): Promise<void> {
  const files = Object.values(models)
    .flat()
    .filter((model) => !isBuiltIn(model.type, model.model_name) && !isPackaged(model))
  for (const { id, model_name } of files) {
    const record = await readCheckpoint(table, id)
    if (!record?.names.includes(model_name)) {
      throw new CheckpointNotFoundError(`${model_name} is not in the library any more: it was deleted or renamed`)
    }
    if (record.status !== 'Active') throw new CheckpointNotActiveError(`${model_name} is ${record.status}, not Active`)
  }
}

function readAsked(asked: JsonObject): AskedModel[] {
  const models = Object.entries(asked).flatMap(([type, names]) => {
    if (names === null || !CHECKPOINT_TYPES.includes(type as CheckpointType)) return []
    return listField(names, `models.${type}`, { min: 0, max: MOST_MODELS }).map((name, index) => ({
      type: type as CheckpointType,
      name: textField(name, `models.${type}[${index}]`, { max: 255 }),
    }))
  })
  if (models.length <= MOST_MODELS) return models
  throw new InvalidRequestError(`models names ${models.length} files: name at most ${MOST_MODELS}`)
}

async function resolve(shelves: ModelShelves, caller: Account, asked: AskedModel): Promise<ResolvedModel | undefined> {
  const { type, name } = asked
  if (isBuiltIn(type, name)) return { id: 'VAE', model_name: name, s3: 'None', type }
  const packaged = findPackaged(shelves.packaged, asked)
  if (packaged) return packaged
  const record = await findCheckpoint(shelves.checkpointsTable, name)
  if (!record || record.type !== type || record.status !== 'Active') return undefined
  return maySee(caller, record.allowedRolesOrUsers) ? modelOf(record, name) : undefined
}

/** A model may be asked for by its checkpoint's id, which then means the checkpoint's first file. */
export function modelOf(record: CheckpointRecord, name: string = record.id): ResolvedModel {
  const file = record.names.includes(name) ? name : (record.names[0] ?? name)
  return { id: record.id, model_name: file, s3: record.location, type: record.type }
}

function isBuiltIn(type: string, name: string): boolean {
  return type === 'VAE' && BUILT_IN_VAES.has(name)
}
