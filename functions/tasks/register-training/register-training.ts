import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { claimName, releaseName } from '../../shared/checkpoints/name-claims.ts'
import { deleteCheckpointRecord, putNewCheckpoint } from '../../shared/checkpoints/put-checkpoint.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { NameTakenError, TrainingNotFoundError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import { modelPrefix, outputPrefix, resumePrefix, TYPE_OF_METHOD } from '../../shared/trainings/training-keys.ts'
import type {
  JobState,
  TrainedFile,
  TrainingPlan,
  TrainingRecord,
  TrainingResult,
} from '../../shared/trainings/training-record.ts'

/** Where everything is, and what time it is. */
export interface RegisterTrainingContext {
  bucket: string
  accountsTable: string
  checkpointsTable: string
  trainingsTable: string
  clock: Clock
}

/** What the state machine sends. */
export interface RegisterTrainingEvent {
  id: string
  collected: { files: TrainedFile[]; unregistered: number; job: JobState }
}

/** What is now in the library. */
export interface RegisteredTraining {
  checkpointId: string
  name: string
  files: number
  location: string
}

type PlannedTraining = TrainingRecord & { plan: TrainingPlan }

const AT_ONCE = 10

/** Puts what came out into the library, active, as one checkpoint with its lineage, and the result onto the training's record. Repeatable. */
export async function registerTraining(
  context: RegisterTrainingContext,
  { id, collected }: RegisterTrainingEvent,
): Promise<RegisteredTraining> {
  const training = await trainingOf(context, id)
  const files = await claimNames(context, training, collected.files)
  const record = await newRecord(context, training, { ...collected, files })
  const put = await putNewCheckpoint(context.checkpointsTable, record)
  const known = put ? record : ((await readCheckpoint(context.checkpointsTable, record.id)) ?? record)
  const skipped = collected.files.length - files.length
  const result = resultOf(known, { ...collected, unregistered: collected.unregistered + skipped })
  await noteResult(context, training, { result, job: collected.job })
  await forgetCheckpoints(context, id)
  log.info('Checkpoint registered', { trainingId: id, checkpointId: record.id, files: files.length, put })
  return { checkpointId: known.id, name: known.names[0] ?? '', files: known.names.length, location: known.location }
}

/** A training that was stopped is being cleaned up: a record now would point to objects that are about to go. */
async function trainingOf({ trainingsTable }: RegisterTrainingContext, id: string): Promise<PlannedTraining> {
  const training = await readTraining(trainingsTable, id)
  if (training?.plan && training.status === 'Training') return training as PlannedTraining
  throw gone(id)
}

/** The first file has had its name since the beginning. Another one whose name is taken stays out of the library. */
async function claimNames(
  { checkpointsTable }: RegisterTrainingContext,
  { checkpointId }: TrainingRecord,
  files: readonly TrainedFile[],
): Promise<TrainedFile[]> {
  const mine: TrainedFile[] = []
  for (let next = 0; next < files.length; next += AT_ONCE) {
    const group = files.slice(next, next + AT_ONCE)
    const claimed = await Promise.all(group.map(({ name }) => isClaimed(checkpointsTable, name, checkpointId)))
    mine.push(...group.filter((_, index) => claimed[index]))
  }
  const [first] = files
  if (mine.length === 0 && first)
    throw new NameTakenError(`${first.name} already exists, please use another or rename/delete exists`)
  return mine
}

async function isClaimed(table: string, name: string, checkpointId: string): Promise<boolean> {
  try {
    await claimName(table, name, checkpointId)
    return true
  } catch (error) {
    if (error instanceof NameTakenError) return false
    throw error
  }
}

async function newRecord(
  { bucket, accountsTable, clock }: RegisterTrainingContext,
  training: PlannedTraining,
  { files, job }: RegisterTrainingEvent['collected'],
): Promise<CheckpointRecord> {
  const { id, checkpointId, requestedBy, request } = training
  const account = await withTransientErrors(() => findAccount(accountsTable, requestedBy))
  const roles = account?.roles ?? []
  const now = isoTime(clock.now())
  return {
    id: checkpointId,
    list: 'checkpoints',
    createdAt: now,
    updatedAt: now,
    type: TYPE_OF_METHOD[request.method],
    status: 'Active',
    names: files.map(({ name }) => name),
    location: `s3://${bucket}/${modelPrefix(request.method, checkpointId, job.name)}`.replace(/\/$/, ''),
    files: files.map(({ name, key, size, etag }) => ({ name, key, size, etag })),
    allowedRolesOrUsers: roles.length > 0 ? [...roles] : [requestedBy],
    params: { creator: requestedBy, created: now, message: `trained by ${id}` },
    createdBy: requestedBy,
    lineage: lineageOf(training, job),
  }
}

function lineageOf({ id, plan, instanceType }: PlannedTraining, job: RegisterTrainingEvent['collected']['job']) {
  const { metadata, ...parameters } = plan.config
  return {
    kind: 'training' as const,
    trainingId: id,
    base: plan.base,
    dataset: plan.dataset,
    ...(plan.classDataset ? { classDataset: plan.classDataset } : {}),
    parameters,
    job: { name: job.name, image: plan.imageUri, instanceType: job.instanceType ?? instanceType ?? '' },
  }
}

function resultOf(
  { id, names, location, files }: CheckpointRecord,
  { unregistered, job }: RegisterTrainingEvent['collected'],
): TrainingResult {
  const { step, steps, loss } = job
  return {
    checkpointId: id,
    names,
    location,
    size: files.reduce((sum, { size = 0 }) => sum + size, 0),
    unregistered,
    ...(step === undefined ? {} : { step }),
    ...(steps === undefined ? {} : { steps }),
    ...(loss === undefined ? {} : { loss }),
  }
}

/** From here on the checkpoint is the user's, whatever becomes of the training. */
async function noteResult(
  context: RegisterTrainingContext,
  training: TrainingRecord,
  { result, job }: { result: TrainingResult; job: JobState },
): Promise<void> {
  const update = new UpdateCommand({
    TableName: context.trainingsTable,
    Key: { id: training.id },
    ConditionExpression: '#status = :training',
    UpdateExpression: 'SET #result = :result, #job = :job, updatedAt = :now',
    ExpressionAttributeNames: { '#status': 'status', '#result': 'result', '#job': 'job' },
    ExpressionAttributeValues: {
      ':training': 'Training',
      ':result': result,
      ':job': job,
      ':now': isoTime(context.clock.now()),
    },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    await takeBack(context, training, result.names)
    throw gone(training.id)
  }
}

/** What a job goes on from may be larger than the model. What stays here is expired by the bucket. */
async function forgetCheckpoints({ bucket }: RegisterTrainingContext, id: string): Promise<void> {
  try {
    await deleteObjects(bucket, resumePrefix(id))
  } catch (error) {
    log.error('Checkpoints of a job that is done were not deleted', { trainingId: id, error })
  }
}

/** Stopped or deleted in the meantime: whoever cleaned up may have been faster than we. */
async function takeBack(
  { bucket, checkpointsTable }: RegisterTrainingContext,
  { checkpointId, request }: TrainingRecord,
  names: readonly string[],
): Promise<void> {
  await deleteCheckpointRecord(checkpointsTable, checkpointId)
  for (const name of names) await releaseName(checkpointsTable, name, checkpointId)
  await deleteObjects(bucket, outputPrefix(request.method, checkpointId))
}

function gone(id: string): TrainingNotFoundError {
  return new TrainingNotFoundError(`Job with id ${id} not found: it was deleted or has ended`)
}
