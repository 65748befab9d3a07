import type { JsonObject } from '../../../http/json-service.ts'
import type { Tag } from '../records.ts'

export type TrainingJobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped'

/** How a stopped job ends. */
export type StopKind = 'Stopped' | 'MaxRuntimeExceeded' | 'MaxWaitTimeExceeded'

export type SecondaryStatus =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Interrupted'
  | 'Uploading'
  | 'Stopping'
  | 'Completed'
  | 'Failed'
  | StopKind

/** One stay in a secondary status. */
export interface Transition {
  status: SecondaryStatus
  startedAt: number
  endedAt?: number
  message: string
}

/** The last value of a metric. */
export interface Metric {
  name: string
  value: number
  at: number
}

/** Files that the program finds under `input/data/<name>`. */
export interface Channel {
  name: string
  uri: string
  kind: 'S3Prefix' | 'ManifestFile'
  contentType?: string
}

/** What a job runs on what, as its request says. */
export interface TrainingPlan {
  image: string
  environment: Record<string, string>
  hyperparameters: Record<string, string>
  roleArn: string
  channels: Channel[]
  outputPath: string
  isCompressed: boolean
  checkpointUri?: string
  instanceType: string
  isSpot: boolean
  /** Seconds. */
  maxRuntime: number
  maxWait?: number
  metrics: { Name: string; Regex: string }[]
}

export interface TrainingJobRecord {
  name: string
  arn: string
  createdAt: number
  modifiedAt: number
  /** When its first instance began to work. */
  startedAt?: number
  endedAt?: number
  /** What DescribeTrainingJob shows: the request as it came. */
  definition: JsonObject
  plan: TrainingPlan
  tags: Tag[]
  status: TrainingJobStatus
  secondaryStatus: SecondaryStatus
  transitions: Transition[]
  failureReason?: string
  /** How it ends, once somebody or a limit stops it. */
  stopAs?: StopKind
  /** Milliseconds that its instances have worked. */
  ran: number
  metrics: Metric[]
  /** Folder of the instance that works, or of the last one. */
  workspace?: string
}

/** Whether nothing happens any more. */
export function hasEnded({ status }: TrainingJobRecord): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped'
}

/** Where the model goes: a folder, or the archive. */
export function modelArtifacts({ name, plan: { outputPath, isCompressed } }: TrainingJobRecord): string {
  return `${outputPath.replace(/\/+$/, '')}/${name}/output/model${isCompressed ? '.tar.gz' : '/'}`
}
