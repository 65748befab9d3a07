import type { TrainingConfig } from './training-config.ts'
import type { TrainableFamily, TrainingRequest } from './training-request.ts'

export const FINAL_TRAINING_STATUSES = ['Succeeded', 'Failed', 'TimedOut', 'Stopped'] as const

export type FinalTrainingStatus = (typeof FINAL_TRAINING_STATUSES)[number]

export type TrainingStatus = 'Preparing' | 'Training' | FinalTrainingStatus

/** What was found out before the job was started. */
export interface TrainingPlan {
  family: TrainableFamily
  base: { checkpointId: string; name: string; size: number; etag: string }
  dataset: { name: string; images: number; captions: number }
  classDataset?: { name: string; images: number }
  imageUri: string
  instanceTypes: string[]
  /** What every job name of the training begins with; the number of the attempt follows. */
  jobNamePrefix: string
  config: TrainingConfig
}

/** One step of a job's life, as SageMaker tells it; times are ISO 8601 UTC. */
export interface JobTransition {
  status: string
  startedAt: string
  endedAt?: string
  message?: string
}

/** The job as SageMaker described it last. */
export interface JobState {
  name: string
  status: string
  secondaryStatus: string
  transitions: JobTransition[]
  instanceType?: string
  /** What the program reported last. */
  step?: number
  steps?: number
  loss?: number
  billableSeconds?: number
}

/** One file that came out. */
export interface TrainedFile {
  name: string
  key: string
  size: number
  etag: string
}

/** What came out and is in the library. */
export interface TrainingResult {
  checkpointId: string
  /** File names, the final one first. */
  names: string[]
  location: string
  /** Bytes of the registered files. */
  size: number
  /** Files that came out and are not in the library: there were too many, or they are not valid. */
  unregistered: number
  step?: number
  steps?: number
  loss?: number
}

/** Item of the Trainings table; its id is the execution's name. Times are ISO 8601 UTC. */
export interface TrainingRecord {
  id: string
  list: 'trainings'
  createdAt: string
  updatedAt: string
  name: string
  status: TrainingStatus
  request: TrainingRequest
  requestedBy: string
  /** Whose training it is. */
  ownerRolesOrUsers: string[]
  executionArn: string
  checkpointId: string
  plan?: TrainingPlan
  /** Counts the jobs, from 1. */
  attempt?: number
  jobName?: string
  instanceType?: string
  job?: JobState
  result?: TrainingResult
  reason?: { error: string; cause: string }
  startedAt: string
  endedAt?: string
  announcement?: { eventId: string; claimedAt: string; sentAt?: string }
}

/** The record as DynamoDB keeps it: the request is JSON text, as the state machine can write it whatever is in it. */
export type TrainingItem = Omit<TrainingRecord, 'request'> & { request: string }

/** Whether nothing about the training changes any more. */
export function isFinal(status: TrainingStatus): status is FinalTrainingStatus {
  return (FINAL_TRAINING_STATUSES as readonly string[]).includes(status)
}

/** The record of an item. */
export function fromItem(item: TrainingItem): TrainingRecord {
  return { ...item, request: JSON.parse(item.request) as TrainingRequest }
}

/** The item of a record. */
export function toItem(record: TrainingRecord): TrainingItem {
  return { ...record, request: JSON.stringify(record.request) }
}
