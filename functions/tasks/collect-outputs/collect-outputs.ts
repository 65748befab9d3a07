import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker'
import type { CheckpointFamily } from '../../shared/checkpoints/detect-family.ts'
import { inspectCheckpoint } from '../../shared/checkpoints/inspect-checkpoint.ts'
import { NoUsableOutputError, PermanentError, TrainingFailedError, TrainingNotFoundError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import { openS3Object } from '../../shared/objects/s3-byte-source.ts'
import { describeJob, jobStateOf } from '../../shared/trainings/describe-job.ts'
import { inOrderOfUse, MOST_REGISTERED } from '../../shared/trainings/output-files.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import { modelPrefix } from '../../shared/trainings/training-keys.ts'
import type { JobState, TrainedFile, TrainingPlan, TrainingRecord } from '../../shared/trainings/training-record.ts'
import { listOutputs, type OutputObject } from './list-outputs.ts'

/** Where everything is. */
export interface CollectOutputsContext {
  bucket: string
  trainingsTable: string
}

/** What the state machine sends. */
export interface CollectOutputsEvent {
  id: string
  jobName: string
}

/** What came out and is valid, in the order in which it is registered. */
export interface CollectedOutputs {
  files: TrainedFile[]
  /** Valid or not, what the library does not take. */
  unregistered: number
  /** As SageMaker described it last. */
  job: JobState
  summary: { files: number; unregistered: number }
}

const AT_ONCE = 8
/** Reasons beyond these are counted. */
const TOLD_REASONS = 5

/** Opens what a completed job has put out. Throws `TrainingFailed` when it has not completed, `NoUsableOutput` when nothing is valid. */
export async function collectOutputs(
  { bucket, trainingsTable }: CollectOutputsContext,
  { id, jobName }: CollectOutputsEvent,
): Promise<CollectedOutputs> {
  const record = await readTraining(trainingsTable, id)
  if (!record?.plan) throw new TrainingNotFoundError(`Job with id ${id} not found: it was deleted`)
  const job = checkCompleted(await describeJob(jobName), jobName)
  const prefix = modelPrefix(record.request.method, record.checkpointId, jobName)
  const objects = await listOutputs(bucket, prefix)
  const candidates = inOrderOfUse(objects, record.name)
  const { files, refusals } = await inspectAll(bucket, candidates, expectedFamily(record, record.plan))
  if (files.length === 0) throw new NoUsableOutputError(whyNone({ prefix, objects, refusals }))
  const unregistered = objects.filter(({ name }) => name.endsWith('.safetensors')).length - files.length
  log.info('Outputs collected', { trainingId: id, files: files.length, unregistered, refusals })
  return { files, unregistered, job: jobStateOf(job), summary: { files: files.length, unregistered } }
}

function checkCompleted(job: DescribeTrainingJobResponse | undefined, name: string): DescribeTrainingJobResponse {
  if (job?.TrainingJobStatus === 'Completed') return job
  const status = job?.TrainingJobStatus ?? 'unknown to SageMaker'
  throw new TrainingFailedError(job?.FailureReason ?? `The job ${name} is ${status}, not Completed`)
}

/** A LoRA has its own form; the whole model is of the family of its base. */
function expectedFamily({ request }: TrainingRecord, { family }: TrainingPlan): CheckpointFamily {
  return request.method === 'lora' ? 'lora' : family
}

interface Inspection {
  files: TrainedFile[]
  /** `name: why` */
  refusals: string[]
}

/** Looks at the files in their order until the library has as many as it takes. */
async function inspectAll(
  bucket: string,
  candidates: readonly OutputObject[],
  family: CheckpointFamily,
): Promise<Inspection> {
  const files: TrainedFile[] = []
  const refusals: string[] = []
  for (let next = 0; next < candidates.length && files.length < MOST_REGISTERED; next += AT_ONCE) {
    const group = candidates.slice(next, next + Math.min(AT_ONCE, MOST_REGISTERED - files.length))
    next -= AT_ONCE - group.length
    for (const found of await Promise.all(group.map((object) => inspect(bucket, object, family)))) {
      if (typeof found === 'string') refusals.push(found)
      else files.push(found)
    }
  }
  return { files, refusals }
}

/** The file, or why it is none. */
async function inspect(
  bucket: string,
  { name, key }: OutputObject,
  family: CheckpointFamily,
): Promise<TrainedFile | string> {
  try {
    const found = await inspectCheckpoint(await openS3Object({ name, bucket, key }))
    if (found.family !== family) return `${name} is of family ${found.family}, not ${family}`
    return { name, key, size: found.size, etag: found.etag }
  } catch (error) {
    if (error instanceof PermanentError)
      return error.message.startsWith(name) ? error.message : `${name}: ${error.message}`
    throw error
  }
}

function whyNone({
  prefix,
  objects,
  refusals,
}: {
  prefix: string
  objects: OutputObject[]
  refusals: string[]
}): string {
  if (objects.length === 0) return `The job completed, but put out nothing (${prefix} is empty)`
  if (refusals.length === 0) {
    const names = objects.slice(0, TOLD_REASONS).map(({ name }) => name)
    return `The job put out ${objects.length} files, but no model under the training's name: ${names.join(', ')}`
  }
  const more = refusals.length - TOLD_REASONS
  const told = refusals.slice(0, TOLD_REASONS).join('; ')
  return `No file that the job put out is a valid model: ${told}${more > 0 ? `; and ${more} more` : ''}`
}
