import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointOutput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { systemClock } from '../../local/clock.ts'
import type { AwsService } from '../../local/http/service.ts'
import { type AutoScaling, createAutoScaling } from '../../local/services/autoscaling/create-autoscaling.ts'
import { type CloudWatch, createCloudWatch } from '../../local/services/cloudwatch/create-cloudwatch.ts'
import type { IamRole } from '../../local/services/iam/create-iam.ts'
import { createLogs } from '../../local/services/logs/create-logs.ts'
import type { LogLine } from '../../local/services/logs/log-store.ts'
import { createS3Service, type S3Service } from '../../local/services/s3/create-s3-service.ts'
import { createSageMaker, type SageMaker } from '../../local/services/sagemaker/create-sagemaker.ts'
import { createSns, type Sns } from '../../local/services/sns/create-sns.ts'
import type { EventEntry } from '../../local/services/states/announcements/status-change-event.ts'
import { accountId, type EdgeFixture, region, startEdge } from './edge-fixture.ts'

export const BUCKET = 'hosting'
export const EXECUTION_ROLE = `arn:aws:iam::${accountId}:role/endpoint`
export const SUCCESS_TOPIC = `arn:aws:sns:${region}:${accountId}:success`
export const ERROR_TOPIC = `arn:aws:sns:${region}:${accountId}:error`

/** The fixture container; a row in the operator's file names its program. */
export const IMAGE = 'test/fixture:1'

interface Notice {
  topicArn: string
  message: Record<string, unknown>
}

interface EndpointEvent {
  EndpointName: string
  EndpointStatus: string
  FailureReason: string | null
}

interface TrainingEvent {
  TrainingJobName: string
  TrainingJobStatus: string
  SecondaryStatus: string
  [member: string]: unknown
}

/** SageMaker with everything it needs behind one edge. */
export interface HostingFixture {
  edge: EdgeFixture
  /** What the edge serves; a test may add to it. */
  services: Record<string, AwsService>
  directory: string
  sagemaker: SageMaker
  cloudwatch: CloudWatch
  events: EndpointEvent[]
  trainingEvents: TrainingEvent[]
  notices: Notice[]
  logs: string[]
  client<Client>(create: new (configuration: object) => Client, roleArn?: string): Client
  /** Ends SageMaker, and starts it anew on the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** How long one second of scaling periods lasts here. */
const SCALING_SECOND = 2

export interface HostingFixtureOptions {
  roles?: IamRole[]
  /** Kept at the end; without it there is one of its own, which is removed. */
  directory?: string
}

export async function startHosting(options: HostingFixtureOptions = {}): Promise<HostingFixture> {
  const { roles = [], directory = mkdtempSync(join(tmpdir(), 'darkroom-hosting-')) } = options
  writeOperatorSettings(directory)
  const [events, notices, logs]: [EndpointEvent[], Notice[], string[]] = [[], [], []]
  const trainingEvents: TrainingEvent[] = []
  const scope = { region, accountId, clock: systemClock, newId: randomUUID }
  const s3: S3Service = await createS3Service({ ...scope, dataDirectory: join(directory, 's3') })
  await s3.deployBucket({ name: BUCKET })
  const sns: Sns = createSns({
    ...scope,
    deliverMail: () => undefined,
    invokeFunction: async (_arn, payload) => {
      const [record] = (JSON.parse(payload) as { Records: { Sns: { TopicArn: string; Message: string } }[] }).Records
      notices.push({ topicArn: record!.Sns.TopicArn, message: JSON.parse(record!.Sns.Message) })
    },
  })
  for (const topic of [SUCCESS_TOPIC, ERROR_TOPIC]) {
    sns.deployTopic({ TopicName: topic.slice(topic.lastIndexOf(':') + 1) })
    sns.deploySubscription({ TopicArn: topic, Protocol: 'lambda', Endpoint: 'listener' })
  }
  // The edge must be there before SageMaker, whose containers are told where it is.
  const logService = createLogs(scope)
  const services: Record<string, AwsService> = { s3, sns, logs: logService }
  const edge = await startEdge({ services, roles })
  const open = () =>
    openServices({
      directory,
      edge,
      onEvent: ({ detailType, detail }) =>
        detailType === 'SageMaker Training Job State Change'
          ? trainingEvents.push(JSON.parse(detail) as TrainingEvent)
          : events.push(JSON.parse(detail) as EndpointEvent),
      onLog(line) {
        logs.push(line.line)
        logService.append(line)
      },
    })
  let opened = await open()
  Object.assign(services, opened.services)
  const clients: { destroy(): void }[] = []
  const close = async (): Promise<void> => {
    await opened.cloudwatch.close()
    await opened.autoscaling.close()
    await opened.sagemaker.close()
  }
  return {
    edge,
    services,
    directory,
    events,
    trainingEvents,
    notices,
    logs,
    get sagemaker() {
      return opened.sagemaker
    },
    get cloudwatch() {
      return opened.cloudwatch
    },
    client(create, roleArn) {
      const client = new create({ ...edge.client(roleArn), forcePathStyle: true })
      clients.push(client as { destroy(): void })
      return client
    },
    async restart() {
      await close()
      opened = await open()
      Object.assign(services, opened.services)
    },
    async close() {
      for (const client of clients) client.destroy()
      await close()
      await edge.edge.close()
      await sns.close()
      await s3.close()
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

interface OpenedServices {
  sagemaker: SageMaker
  cloudwatch: CloudWatch
  autoscaling: AutoScaling
  services: Record<string, AwsService>
}

interface OpenOptions {
  directory: string
  edge: Pick<EdgeFixture, 'endpoint' | 'iam'>
  onEvent(entry: EventEntry): void
  onLog(line: LogLine): void
}

async function openServices({ directory, edge, onEvent, onLog }: OpenOptions): Promise<OpenedServices> {
  const scope = { region, accountId, clock: systemClock, newId: randomUUID }
  const sagemaker = await createSageMaker({
    ...scope,
    dataDirectory: directory,
    endpoint: edge.endpoint,
    credentialsFor: edge.iam.credentialsFor,
    authorizeAs: edge.iam.authorizeAs,
    publishEvent: async (entry) => onEvent(entry),
    onLog,
    isScalableTarget: (endpointName, variantName) => autoscaling.isScalableTarget(endpointName, variantName),
    times: { pingInterval: 20, startupSecond: 30, firstRestartDelay: 20, drain: 2_000 },
    invocationTimeout: 1_500,
    checkpointInterval: 50,
  })
  const cloudwatch = await createCloudWatch({
    ...scope,
    dataDirectory: join(directory, 'cloudwatch'),
    second: SCALING_SECOND,
    runScalingPolicy: (arn, notice) => autoscaling.runPolicy(arn, notice),
    publishToTopic: async () => undefined,
  })
  cloudwatch.addSource(sagemaker.metrics)
  const autoscaling = await createAutoScaling({
    ...scope,
    dataDirectory: join(directory, 'autoscaling'),
    second: SCALING_SECOND,
    capacity: sagemaker.capacity,
    alarms: cloudwatch,
  })
  sagemaker.resume()
  cloudwatch.resume()
  const services = { sagemaker, monitoring: cloudwatch, 'application-autoscaling': autoscaling }
  return { sagemaker, cloudwatch, autoscaling, services }
}

/** The operator's file, with the program of the fixture image. */
export function writeOperatorSettings(directory: string, settings: object = {}): void {
  const programs = [
    {
      image: '**/fixture',
      command: [process.execPath, join(import.meta.dirname, 'fixture-container.mjs')],
      train: [process.execPath, join(import.meta.dirname, 'fixture-training.mjs')],
    },
  ]
  writeFileSync(join(directory, 'sagemaker.json'), JSON.stringify({ programs, ...settings }))
}

/** Where clients come from. */
export type Clients = Pick<HostingFixture, 'client'>

export interface EndpointWish {
  name: string
  behaviour?: string
  environment?: Record<string, string>
  isAsync?: boolean
  instances?: number
  concurrency?: number
  model?: object
}

/** A model, a configuration and an endpoint of one name, without waiting for it. */
export async function createEndpoint(fixture: Clients, wish: EndpointWish): Promise<void> {
  const sagemaker = fixture.client(SageMakerClient)
  await createConfig(sagemaker, wish)
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: wish.name, EndpointConfigName: wish.name }))
}

/** The model and the configuration. */
export async function createConfig(sagemaker: SageMakerClient, wish: EndpointWish): Promise<void> {
  const { name, behaviour = 'healthy', environment, isAsync = false, instances = 1, concurrency = 4, model } = wish
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: EXECUTION_ROLE,
      PrimaryContainer: { Image: IMAGE, Environment: { FIXTURE_BEHAVIOUR: behaviour, ...environment }, ...model },
    }),
  )
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'prod',
          ModelName: name,
          InstanceType: 'ml.g5.2xlarge',
          InitialInstanceCount: instances,
          InitialVariantWeight: 1,
          ContainerStartupHealthCheckTimeoutInSeconds: 60,
        },
      ],
      ...(isAsync && {
        AsyncInferenceConfig: {
          ClientConfig: { MaxConcurrentInvocationsPerInstance: concurrency },
          OutputConfig: {
            S3OutputPath: `s3://${BUCKET}/out/`,
            S3FailurePath: `s3://${BUCKET}/failed/`,
            NotificationConfig: { SuccessTopic: SUCCESS_TOPIC, ErrorTopic: ERROR_TOPIC },
          },
        },
      }),
    }),
  )
}

/** Waits until `attempt` answers something else than undefined or false. */
export async function eventually<T>(attempt: () => Promise<T> | T, patience = 8_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + patience
  for (;;) {
    const found = await attempt()
    if (found !== undefined && found !== null && found !== false) return found
    if (Date.now() > deadline) throw new Error(`It never happened: ${attempt.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

export function describeEndpoint(fixture: Clients, EndpointName: string): Promise<DescribeEndpointOutput> {
  return fixture.client(SageMakerClient).send(new DescribeEndpointCommand({ EndpointName }))
}

/** Waits for the status; answers the description. */
export function untilStatus(fixture: Clients, name: string, status: string): Promise<DescribeEndpointOutput> {
  return eventually(async () => {
    const endpoint = await describeEndpoint(fixture, name)
    return endpoint.EndpointStatus === status ? endpoint : undefined
  })
}

/** The text of an object in the bucket by its S3 URI. */
export async function readObject(fixture: Clients, uri: string): Promise<string> {
  const Key = uri.replace(`s3://${BUCKET}/`, '')
  const { Body } = await fixture.client(S3Client).send(new GetObjectCommand({ Bucket: BUCKET, Key }))
  return await Body!.transformToString()
}
