import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Account } from '../../shared/accounts/account.ts'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { claimName, releaseName } from '../../shared/checkpoints/name-claims.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { InvalidRequestError, TrainingNotFoundError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { decideConfig } from '../../shared/trainings/decide-config.ts'
import { jobNamePrefix } from '../../shared/trainings/job-names.ts'
import { outputFileName } from '../../shared/trainings/output-files.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import { TRAINING_DEFAULTS } from '../../shared/trainings/training-defaults.ts'
import { trainingPrefix } from '../../shared/trainings/training-keys.ts'
import type { TrainingPlan, TrainingRecord } from '../../shared/trainings/training-record.ts'
import type { TrainableFamily } from '../../shared/trainings/training-request.ts'
import { type BaseModel, findBase } from './find-base.ts'
import { findPictures, type Pictures } from './find-pictures.ts'
import { type Job, jobOf } from './job-plan.ts'
import { type ImageBatch, writeInputs } from './write-inputs.ts'

/** Where everything is. */
export interface PrepareTrainingContext {
  bucket: string
  accountsTable: string
  checkpointsTable: string
  datasetsTable: string
  datasetItemsTable: string
  trainingsTable: string
  namePrefix: string
  /** Image of the training program by who wrote it; empty where the deployment has none. */
  images: Readonly<Record<TrainingProgram, string>>
  clock: Clock
}

/** Which program trains a family. */
export type TrainingProgram = 'pocket' | 'diffusers'

const PROGRAMS: Readonly<Record<TrainableFamily, TrainingProgram>> = {
  pocket: 'pocket',
  sd1: 'diffusers',
  sdxl: 'diffusers',
}

/** What the operator gives each program's image by. */
const IMAGE_PARAMETERS: Readonly<Record<TrainingProgram, string>> = {
  pocket: 'PocketImage',
  diffusers: 'DiffusersTrainingImage',
}

/** What the machine goes on with. */
export interface PreparedTraining {
  job: Job
  instanceTypes: readonly string[]
  batches: ImageBatch[]
  summary: { images: number; steps: number; family: TrainableFamily }
}

/** More would not fit into the state of the execution. */
const MOST_FILES = 20_000

/**
 * Looks whether everything that a training needs is there, takes the name of its output, and writes what its job reads to
 * S3 and what was decided onto the record. Repeatable: the same training gets the same.
 */
export async function prepareTraining(context: PrepareTrainingContext, id: string): Promise<PreparedTraining> {
  const record = await readTraining(context.trainingsTable, id)
  if (!record) throw gone(id)
  const { request } = record
  const account = await accountOf(context, record.requestedBy)
  const base = await findBase(context, request.base, account)
  const pictures = await picturesOf(context, record, account)
  const plan = planOf(context, record, { base, ...pictures })
  await claimName(context.checkpointsTable, outputFileName(request.name), record.checkpointId)
  const batches = await writeInputs(context.bucket, id, { config: plan.config, ...pictures })
  await notePlan(context, record, plan)
  log.info('Training prepared', { trainingId: id, family: plan.family, images: plan.dataset.images })
  const { dataset, classDataset } = pictures
  const bytes = dataset.bytes + (classDataset?.bytes ?? 0)
  return {
    job: jobOf(record, { bucket: context.bucket, plan, base, pictures: bytes }),
    instanceTypes: plan.instanceTypes,
    batches,
    summary: { images: plan.dataset.images, steps: plan.config.steps, family: plan.family },
  }
}

async function accountOf({ accountsTable }: PrepareTrainingContext, username: string): Promise<Account> {
  const account = await withTransientErrors(() => findAccount(accountsTable, username))
  return account ?? { username, roles: [], permissions: [] }
}

interface TrainingPictures {
  dataset: Pictures
  classDataset?: Pictures
}

async function picturesOf(
  context: PrepareTrainingContext,
  { request }: TrainingRecord,
  account: Account,
): Promise<TrainingPictures> {
  const captions = request.captions ?? true
  const dataset = await findPictures(context, { field: 'dataset', name: request.dataset, captions }, account)
  const name = request.priorPreservation === false ? undefined : request.classDataset
  const classDataset =
    name === undefined
      ? undefined
      : await findPictures(context, { field: 'classDataset', name, captions: false }, account)
  const files = dataset.files.length + (classDataset?.files.length ?? 0)
  if (files > MOST_FILES) {
    throw new InvalidRequestError(`dataset: there are ${files} files to train on: give at most ${MOST_FILES}`)
  }
  return { dataset, ...(classDataset ? { classDataset } : {}) }
}

function planOf(
  { namePrefix, images }: PrepareTrainingContext,
  { id, request }: TrainingRecord,
  { base, dataset, classDataset }: TrainingPictures & { base: BaseModel },
): TrainingPlan {
  const { family, key, ...model } = base
  const classFacts = classDataset && { name: classDataset.name, images: classDataset.images }
  const facts = { id, family, base: model, dataset, ...(classFacts ? { classDataset: classFacts } : {}) }
  const config = decideConfig(request, facts)
  const program = PROGRAMS[family]
  const imageUri = images[program]
  if (!imageUri) {
    throw new InvalidRequestError(
      `base: ${base.name} is of family ${family}, for which this deployment has no training image (parameter ${IMAGE_PARAMETERS[program]})`,
    )
  }
  return {
    family,
    base: model,
    dataset: { name: dataset.name, images: dataset.images, captions: dataset.captions },
    ...(classFacts && config.priorPreservation ? { classDataset: classFacts } : {}),
    imageUri,
    instanceTypes: [...(request.instanceTypes ?? TRAINING_DEFAULTS[family][request.method].instanceTypes)],
    jobNamePrefix: jobNamePrefix(namePrefix, id),
    config,
  }
}

/** Stopped or deleted while this was at work: whoever cleaned up may have been faster than we. */
async function notePlan(
  { trainingsTable, checkpointsTable, bucket, clock }: PrepareTrainingContext,
  { id, request, checkpointId, executionArn }: TrainingRecord,
  plan: TrainingPlan,
): Promise<void> {
  const update = new UpdateCommand({
    TableName: trainingsTable,
    Key: { id },
    ConditionExpression: '#status = :preparing AND executionArn = :execution',
    UpdateExpression: 'SET #plan = :plan, updatedAt = :now',
    ExpressionAttributeNames: { '#status': 'status', '#plan': 'plan' },
    ExpressionAttributeValues: {
      ':preparing': 'Preparing',
      ':execution': executionArn,
      ':plan': plan,
      ':now': isoTime(clock.now()),
    },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    await releaseName(checkpointsTable, outputFileName(request.name), checkpointId)
    await deleteObjects(bucket, trainingPrefix(id))
    throw gone(id)
  }
}

function gone(id: string): TrainingNotFoundError {
  return new TrainingNotFoundError(`Job with id ${id} not found: it was deleted or has ended`)
}
