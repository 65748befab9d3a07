import { type CheckpointType, checkpointPrefix } from '../checkpoints/checkpoint-record.ts'
import type { TrainingMethod } from './training-request.ts'

/** What a training's own objects begin with; a lifecycle rule of the bucket expires them. */
export const trainingPrefix = (id: string): string => `trainings/${id}/`

/** Folder of the channel `config`. */
export const configPrefix = (id: string): string => `${trainingPrefix(id)}input/config/`

/** The one object of the channel `config`. */
export const configKey = (id: string): string => `${configPrefix(id)}training.json`

/** SageMaker's manifest of a channel that a dataset goes into. */
export const manifestKey = (id: string, channel: 'dataset' | 'class'): string =>
  `${trainingPrefix(id)}input/${channel}.manifest`

/** Where a job keeps what it needs to go on after an interruption. */
export const resumePrefix = (id: string): string => `${trainingPrefix(id)}checkpoints/`

/** What the library calls that which a method makes. */
export const TYPE_OF_METHOD: Readonly<Record<TrainingMethod, CheckpointType>> = {
  dreambooth: 'Stable-diffusion',
  lora: 'Lora',
}

/** What everything that a training puts out begins with, with a slash: another id may begin with this one. */
export function outputPrefix(method: TrainingMethod, checkpointId: string): string {
  return `${checkpointPrefix(TYPE_OF_METHOD[method], checkpointId)}/`
}

/** Where SageMaker puts the uncompressed `model/` of a job. */
export function modelPrefix(method: TrainingMethod, checkpointId: string, jobName: string): string {
  return `${outputPrefix(method, checkpointId)}${jobName}/output/model/`
}
