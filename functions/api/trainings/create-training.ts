import { type Account, maySee } from '../../shared/accounts/account.ts'
import { findNameOwner } from '../../shared/checkpoints/name-claims.ts'
import { findCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { isoTime } from '../../shared/clock.ts'
import { readDataset } from '../../shared/datasets/read-dataset.ts'
import {
  CheckpointNotActiveError,
  CheckpointNotFoundError,
  DatasetNotEnabledError,
  DatasetNotFoundError,
  InvalidRequestError,
  NameTakenError,
} from '../../shared/errors.ts'
import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { startExecution } from '../../shared/executions/start-execution.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { idempotencyKeyOf } from '../../shared/http/idempotency-key.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { newId } from '../../shared/new-id.ts'
import { outputFileName } from '../../shared/trainings/output-files.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import type { TrainingRecord } from '../../shared/trainings/training-record.ts'
import type { TrainingRequest } from '../../shared/trainings/training-request.ts'
import { isContractForm, readContractRequest } from './contract-request.ts'
import { readPlainRequest } from './plain-request.ts'
import type { TrainingsContext } from './trainings-context.ts'

/** Checks what can be checked at once and starts train-dreambooth; answers the training as its record has it, or will. */
export async function createTraining(
  context: TrainingsContext,
  caller: Account,
  request: ApiRequest,
): Promise<TrainingRecord> {
  const id = idempotencyKeyOf(request) ?? newId(context.clock)
  const body = readJsonBody(request)
  const wish = isContractForm(body) ? readContractRequest(body) : readPlainRequest(body)
  const known = await readTraining(context.trainingsTable, id)
  // A repeat of what has begun is not checked against what has become of its inputs, and of its own name.
  if (!known) {
    await checkDataset(context, caller, wish)
    await checkBase(context, caller, wish)
    await checkName(context, wish)
  }
  const work = { id, requestedBy: caller.username, request: wish }
  await startExecution(context.machineArn, work, { did: 'started a training', look: `GET /trainings/${id}` })
  return (await readTraining(context.trainingsTable, id)) ?? unrecorded(context, { id, caller, wish })
}

async function checkBase(
  { checkpointsTable }: TrainingsContext,
  caller: Account,
  { base }: TrainingRequest,
): Promise<void> {
  const record = await findCheckpoint(checkpointsTable, base)
  if (!record || !maySee(caller, record.allowedRolesOrUsers)) {
    throw new CheckpointNotFoundError(`Model not found: no checkpoint has the id or file name ${JSON.stringify(base)}`)
  }
  if (record.status !== 'Active') throw new CheckpointNotActiveError(`base: ${base} is ${record.status}, not Active`)
  if (record.type !== 'Stable-diffusion') {
    throw new InvalidRequestError(`base: ${base} is of type ${record.type}: choose one of type Stable-diffusion`)
  }
}

async function checkDataset(
  { datasetsTable }: TrainingsContext,
  caller: Account,
  { dataset, classDataset }: TrainingRequest,
): Promise<void> {
  for (const name of [dataset, ...(classDataset === undefined ? [] : [classDataset])]) {
    const record = await readDataset(datasetsTable, name)
    if (!record || !maySee(caller, record.allowedRolesOrUsers)) {
      throw new DatasetNotFoundError(`Dataset not found: there is no dataset ${JSON.stringify(name)}`)
    }
    if (record.status !== 'Enabled') {
      throw new DatasetNotEnabledError(`dataset: ${name} is ${record.status}: complete its upload and enable it`)
    }
  }
}

async function checkName({ checkpointsTable }: TrainingsContext, { name }: TrainingRequest): Promise<void> {
  const file = outputFileName(name)
  if ((await findNameOwner(checkpointsTable, file)) === undefined) return
  throw new NameTakenError(`${file} already exists, please use another or rename/delete exists`)
}

/** The moment between the start of the execution and its first write. */
function unrecorded(
  context: TrainingsContext,
  { id, caller, wish }: { id: string; caller: Account; wish: TrainingRequest },
): TrainingRecord {
  const now = isoTime(context.clock.now())
  return {
    id,
    list: 'trainings',
    createdAt: now,
    updatedAt: now,
    startedAt: now,
    name: wish.name,
    status: 'Preparing',
    request: wish,
    requestedBy: caller.username,
    ownerRolesOrUsers: [caller.username],
    executionArn: executionArnOf(context.machineArn, id),
    checkpointId: '',
  }
}
