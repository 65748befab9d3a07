import type { TrainingConfig } from '../../shared/trainings/training-config.ts'
import { TRAINING_DEFAULTS } from '../../shared/trainings/training-defaults.ts'
import { configPrefix, manifestKey, outputPrefix, resumePrefix } from '../../shared/trainings/training-keys.ts'
import type { TrainingPlan, TrainingRecord } from '../../shared/trainings/training-record.ts'
import type { TrainingMethod } from '../../shared/trainings/training-request.ts'
import type { BaseModel } from './find-base.ts'

/** An input of the job: SageMaker puts its files under `/opt/ml/input/data/<name>`. */
export interface Channel {
  name: string
  type: 'S3Prefix' | 'ManifestFile'
  uri: string
}

/** What the state machine makes CreateTrainingJob's arguments of. */
export interface Job {
  namePrefix: string
  image: string
  hyperparameters: Record<string, string>
  channels: Channel[]
  outputPath: string
  resumePath: string
  volumeGigabytes: number
  spot: boolean
  maxRuntimeSeconds: number
  maxWaitSeconds: number
  tags: { Key: string; Value: string }[]
}

export interface JobFacts {
  bucket: string
  plan: TrainingPlan
  base: BaseModel
  /** Bytes of all pictures. */
  pictures: number
}

const HOUR = 3600
/** What system, image and the optimiser's scratch files may take. */
const BASE_GIGABYTES = 30
const MOST_GIGABYTES = 500
/**
 * Of a LoRA: the base, unpacked into parts, and little more. Of the whole model: base and result, and twice the state to go on
 * from, which has the weights and two moments of each in F32, six times a base in F16.
 */
const COPIES_OF_BASE: Readonly<Record<TrainingMethod, number>> = { lora: 4, dreambooth: 14 }
/** A file on the way lies in the output and beside the state. */
const COPIES_OF_STEP_FILE = 2
/** A job that waits for spot capacity for longer than a week is not waited for. */
const MOST_WAIT_HOURS = 168

/** The job of a training, but for the instance type and the number of the attempt. */
export function jobOf({ id, request, checkpointId }: TrainingRecord, facts: JobFacts): Job {
  const { bucket, plan, base } = facts
  const at = (key: string): string => `s3://${bucket}/${key}`
  const hours = request.maxRuntimeHours ?? TRAINING_DEFAULTS[plan.family][request.method].maxRuntimeHours
  const waitHours = Math.max(hours, request.maxWaitHours ?? Math.min(2 * hours + 1, MOST_WAIT_HOURS))
  return {
    namePrefix: plan.jobNamePrefix,
    image: plan.imageUri,
    hyperparameters: { training_id: id, method: request.method },
    channels: [
      { name: 'config', type: 'S3Prefix', uri: at(configPrefix(id)) },
      { name: 'base', type: 'S3Prefix', uri: at(base.key) },
      { name: 'dataset', type: 'ManifestFile', uri: at(manifestKey(id, 'dataset')) },
      ...classChannel(plan, at(manifestKey(id, 'class'))),
    ],
    outputPath: at(outputPrefix(request.method, checkpointId)).replace(/\/$/, ''),
    resumePath: at(resumePrefix(id)).replace(/\/$/, ''),
    volumeGigabytes: volumeOf(plan.config, facts),
    spot: request.spot ?? false,
    maxRuntimeSeconds: Math.max(1, Math.round(hours * HOUR)),
    maxWaitSeconds: Math.max(1, Math.round(waitHours * HOUR)),
    tags: [{ Key: 'darkroom:training', Value: id }],
  }
}

function classChannel({ classDataset }: TrainingPlan, uri: string): Channel[] {
  return classDataset ? [{ name: 'class', type: 'ManifestFile', uri }] : []
}

function volumeOf({ steps, checkpointEvery, method }: TrainingConfig, { base, pictures }: JobFacts): number {
  const files = checkpointEvery === null ? 0 : Math.floor(steps / checkpointEvery)
  const models = COPIES_OF_BASE[method] + (method === 'lora' ? 0 : COPIES_OF_STEP_FILE * files)
  const gigabytes = BASE_GIGABYTES + Math.ceil((models * base.size + 2 * pictures) / 1e9)
  return Math.min(gigabytes, MOST_GIGABYTES)
}
