import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobRequest,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { BUCKET, type Clients, EXECUTION_ROLE, eventually, type HostingFixture, IMAGE } from './hosting-fixture.ts'

/** A job of the fixture program. */
export interface TrainingWish {
  name: string
  behaviour?: string
  hyperparameters?: Record<string, string>
  /** Synchronized with `checkpoints/<name>/`. */
  hasCheckpoints?: boolean
  /** Seconds of MaxWaitTimeInSeconds; the job is a spot job then. */
  spot?: number
  maxRuntime?: number
  request?: Partial<CreateTrainingJobRequest>
}

export const METRICS = [
  { Name: 'train:step', Regex: 'progress step=([0-9]+)' },
  { Name: 'train:loss', Regex: 'loss=([0-9.eE+-]+)' },
]

/** The request of CreateTrainingJob, also the arguments of a task. */
export function trainingRequest(wish: TrainingWish): CreateTrainingJobRequest {
  const { name, behaviour = 'ok', hyperparameters, hasCheckpoints = false, spot, maxRuntime = 60, request } = wish
  return {
    TrainingJobName: name,
    RoleArn: EXECUTION_ROLE,
    AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File', MetricDefinitions: METRICS },
    HyperParameters: { behaviour, ...hyperparameters },
    OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models`, CompressionType: 'NONE' },
    ResourceConfig: { InstanceType: 'ml.g5.2xlarge', InstanceCount: 1, VolumeSizeInGB: 50 },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxRuntime,
      ...(spot !== undefined && { MaxWaitTimeInSeconds: spot }),
    },
    ...(spot !== undefined && { EnableManagedSpotTraining: true }),
    ...(hasCheckpoints && { CheckpointConfig: { S3Uri: `s3://${BUCKET}/checkpoints/${name}/` } }),
    ...request,
  }
}

export async function createTrainingJob(fixture: Clients, wish: TrainingWish, roleArn?: string): Promise<void> {
  await fixture.client(SageMakerClient, roleArn).send(new CreateTrainingJobCommand(trainingRequest(wish)))
}

export function describeTrainingJob(fixture: Clients, TrainingJobName: string): Promise<DescribeTrainingJobResponse> {
  return fixture.client(SageMakerClient).send(new DescribeTrainingJobCommand({ TrainingJobName }))
}

/** Waits until the job is in the secondary status; answers its description. */
export function untilSecondaryStatus(
  fixture: Clients,
  name: string,
  status: string,
): Promise<DescribeTrainingJobResponse> {
  return eventually(async () => {
    const job = await describeTrainingJob(fixture, name)
    return job.SecondaryStatus === status ? job : undefined
  }, 15_000)
}

/** Creates the job and waits for its end. */
export async function runTrainingJob(
  fixture: HostingFixture,
  wish: TrainingWish,
): Promise<DescribeTrainingJobResponse> {
  await createTrainingJob(fixture, wish)
  await fixture.sagemaker.whenTrainingEnded(wish.name)
  return describeTrainingJob(fixture, wish.name)
}

/** The secondary statuses a job has been in. */
export function statusesOf({ SecondaryStatusTransitions = [] }: DescribeTrainingJobResponse): (string | undefined)[] {
  return SecondaryStatusTransitions.map(({ Status }) => Status)
}

export async function putObject(fixture: Clients, Key: string, Body: string): Promise<void> {
  await fixture.client(S3Client).send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))
}

export async function keysUnder(fixture: Clients, Prefix: string): Promise<string[]> {
  const { Contents = [] } = await fixture.client(S3Client).send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }))
  return Contents.map(({ Key = '' }) => Key)
}

/** Folders of instances that still lie about. */
export function workspaces({ directory }: Pick<HostingFixture, 'directory'>): string[] {
  try {
    return readdirSync(join(directory, 'sagemaker/training'))
  } catch {
    return []
  }
}

/** A channel of a prefix or of a manifest. */
export function channelOf(ChannelName: string, uri: string, S3DataType: 'S3Prefix' | 'ManifestFile' = 'S3Prefix') {
  return { ChannelName, DataSource: { S3DataSource: { S3DataType, S3Uri: uri } } }
}
