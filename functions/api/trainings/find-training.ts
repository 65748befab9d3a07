import { type Account, maySee } from '../../shared/accounts/account.ts'
import { TrainingNotFoundError } from '../../shared/errors.ts'
import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { findRunningExecution } from '../../shared/executions/find-running-execution.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import type { TrainingRecord } from '../../shared/trainings/training-record.ts'
import type { TrainingRequest } from '../../shared/trainings/training-request.ts'
import type { TrainingsContext } from './trainings-context.ts'

/** An execution name has at most this many characters. */
const LONGEST_ID = 80

/** The training, if the caller may see it; throws `TrainingNotFound` in the contract's words. */
export async function findTraining(context: TrainingsContext, caller: Account, id: string): Promise<TrainingRecord> {
  const training = await lookUp(context, id)
  if (training && maySee(caller, training.ownerRolesOrUsers)) return training
  throw new TrainingNotFoundError(`Job with id ${id.slice(0, LONGEST_ID)} not found`)
}

/** The training, or undefined; before its first state has written the record, as its execution has it. */
export async function lookUp(context: TrainingsContext, id: string): Promise<TrainingRecord | undefined> {
  if (id === '' || id.length > LONGEST_ID) return undefined
  return (await readTraining(context.trainingsTable, id)) ?? (await findRunning(context, id))
}

async function findRunning({ machineArn }: TrainingsContext, id: string): Promise<TrainingRecord | undefined> {
  const running = await findRunningExecution<TrainingRequest>(executionArnOf(machineArn, id))
  if (!running) return undefined
  const { executionArn, startedAt, requestedBy, request } = running
  return {
    id,
    list: 'trainings',
    createdAt: startedAt,
    updatedAt: startedAt,
    startedAt,
    name: request.name,
    status: 'Preparing',
    request,
    requestedBy,
    ownerRolesOrUsers: [requestedBy],
    executionArn,
    checkpointId: '',
  }
}
