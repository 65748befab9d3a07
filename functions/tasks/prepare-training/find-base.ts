import { type Account, maySee } from '../../shared/accounts/account.ts'
import type { CheckpointFile, CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import type { CheckpointFamily } from '../../shared/checkpoints/detect-family.ts'
import { inspectCheckpoint } from '../../shared/checkpoints/inspect-checkpoint.ts'
import { findCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import {
  CheckpointNotActiveError,
  CheckpointNotFoundError,
  InvalidRequestError,
  UntrainableBaseError,
} from '../../shared/errors.ts'
import { openS3Object } from '../../shared/objects/s3-byte-source.ts'
import { TRAINABLE_FAMILIES, type TrainableFamily } from '../../shared/trainings/training-request.ts'

/** The model that is trained further. */
export interface BaseModel {
  checkpointId: string
  name: string
  key: string
  size: number
  etag: string
  family: TrainableFamily
}

/**
 * Finds the base model among what the user may see and reads its header. Throws `CheckpointNotFound`, `CheckpointNotActive`,
 * `InvalidRequest` or `UntrainableBase`.
 */
export async function findBase(
  { bucket, checkpointsTable }: { bucket: string; checkpointsTable: string },
  wanted: string,
  account: Account,
): Promise<BaseModel> {
  const record = await findCheckpoint(checkpointsTable, wanted)
  const file = fileOf(checkVisible(record, account, wanted), wanted)
  const { family, variant, size, etag } = await inspectCheckpoint(
    await openS3Object({ name: file.name, bucket, key: file.key }),
  )
  if (variant !== 'plain')
    throw new UntrainableBaseError(`base: ${file.name} is an ${variant} model: choose a plain one`)
  return {
    checkpointId: file.checkpointId,
    name: file.name,
    key: file.key,
    size,
    etag,
    family: trainable(family, file),
  }
}

function checkVisible(record: CheckpointRecord | undefined, account: Account, wanted: string): CheckpointRecord {
  if (record && maySee(account, record.allowedRolesOrUsers)) return record
  throw new CheckpointNotFoundError(`base: no checkpoint has the id or file name ${JSON.stringify(wanted)}`)
}

function fileOf(record: CheckpointRecord, wanted: string): CheckpointFile & { checkpointId: string } {
  if (record.status !== 'Active') {
    const fix = record.status === 'Initial' ? 'complete its upload first' : 'choose another one'
    throw new CheckpointNotActiveError(`base: the checkpoint ${wanted} is ${record.status}: ${fix}`)
  }
  if (record.type !== 'Stable-diffusion') {
    throw new InvalidRequestError(`base: ${wanted} is of type ${record.type}: choose one of type Stable-diffusion`)
  }
  const named = record.files.find(({ name }) => name === wanted)
  const file = named ?? record.files.find(({ name }) => name.toLowerCase().endsWith('.safetensors'))
  if (file) return { ...file, checkpointId: record.id }
  throw new CheckpointNotFoundError(`base: the checkpoint ${wanted} has no safetensors file`)
}

function trainable(family: CheckpointFamily, { name }: CheckpointFile): TrainableFamily {
  if ((TRAINABLE_FAMILIES as readonly string[]).includes(family)) return family as TrainableFamily
  throw new UntrainableBaseError(`base: ${name} is of family ${family}: choose one of ${TRAINABLE_FAMILIES.join(', ')}`)
}
