import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { states } from '../../shared/aws/states.ts'
import { TrainingNotFoundError } from '../../shared/errors.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import type { TrainingRecord } from '../../shared/trainings/training-record.ts'
import { executionArnOf, type TrainingsContext } from './trainings-context.ts'

/** An execution name has at most this many characters. */
const LONGEST_ID = 80

const ABSENT: ReadonlySet<string> = new Set(['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException'])

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

/** An execution that has ended does not count: its announcement writes the record, and a record that is gone was deleted. */
async function findRunning(context: TrainingsContext, id: string): Promise<TrainingRecord | undefined> {
  const execution = await describe(executionArnOf(context, id))
  if (execution?.status !== 'RUNNING') return undefined
  const { request, requestedBy = '' } = JSON.parse(execution.input ?? '{}')
  const startedAt = (execution.startDate ?? new Date(0)).toISOString()
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
    executionArn: execution.executionArn ?? '',
    checkpointId: '',
  }
}

async function describe(executionArn: string): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await withTransientErrors(() => states.send(new DescribeExecutionCommand({ executionArn })))
  } catch (error) {
    if (ABSENT.has((error as Error).name)) return undefined
    throw error
  }
}
