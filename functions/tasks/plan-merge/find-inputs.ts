import { type Account, maySee } from '../../shared/accounts/account.ts'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import type { CheckpointFile, CheckpointRecord, CheckpointType } from '../../shared/checkpoints/checkpoint-record.ts'
import { findCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { CheckpointNotActiveError, CheckpointNotFoundError, InvalidRequestError } from '../../shared/errors.ts'
import { modelsOfRequest } from '../../shared/merge/check-request.ts'
import type { InputRole } from '../../shared/merge/plan.ts'
import type { MergeRequest } from '../../shared/merges/merge-record.ts'

/** A model of the library that a request names. */
export interface FoundInput {
  role: InputRole
  checkpointId: string
  file: CheckpointFile
}

/** What each model has to be. */
const TYPES: Record<InputRole, CheckpointType> = {
  primary: 'Stable-diffusion',
  secondary: 'Stable-diffusion',
  tertiary: 'Stable-diffusion',
  bakeInVae: 'VAE',
}

/**
 * Finds the models of a request in the library. Throws `CheckpointNotFound` (also for what the user may not see),
 * `CheckpointNotActive` or `InvalidRequest`, each naming the field.
 */
export async function findInputs(
  tables: { checkpointsTable: string; accountsTable: string },
  request: MergeRequest,
  username: string,
): Promise<FoundInput[]> {
  const account = (await withTransientErrors(() => findAccount(tables.accountsTable, username))) ?? {
    username,
    roles: [],
    permissions: [],
  }
  return Promise.all(
    modelsOfRequest(request).map(async ([role, wanted]) => {
      const record = await findCheckpoint(tables.checkpointsTable, wanted)
      return chooseFile(checkVisible(record, account, { role, wanted }), { role, wanted })
    }),
  )
}

interface Wish {
  role: InputRole
  wanted: string
}

function checkVisible(
  record: CheckpointRecord | undefined,
  account: Account,
  { role, wanted }: Wish,
): CheckpointRecord {
  if (record !== undefined && maySee(account, record.allowedRolesOrUsers)) return record
  throw new CheckpointNotFoundError(`${role}: no checkpoint has the id or file name ${JSON.stringify(wanted)}`)
}

function chooseFile(record: CheckpointRecord, { role, wanted }: Wish): FoundInput {
  if (record.status !== 'Active') {
    const fix = record.status === 'Initial' ? 'complete its upload first' : 'choose another one'
    throw new CheckpointNotActiveError(`${role}: the checkpoint ${wanted} is ${record.status}; ${fix}`)
  }
  if (record.type !== TYPES[role]) {
    throw new InvalidRequestError(
      `${role}: ${wanted} is of type ${record.type}; choose a checkpoint of type ${TYPES[role]}`,
    )
  }
  const models = record.files.filter(({ name }) => name.toLowerCase().endsWith('.safetensors'))
  const named = models.find(({ name }) => name === wanted)
  const [file, other] = named === undefined ? models : [named]
  if (file === undefined) throw new InvalidRequestError(`${role}: the checkpoint ${wanted} has no safetensors file`)
  if (other !== undefined) {
    const names = models.map(({ name }) => name).join(', ')
    throw new InvalidRequestError(`${role}: the checkpoint ${wanted} has several files; give the name of one: ${names}`)
  }
  return { role, checkpointId: record.id, file }
}
