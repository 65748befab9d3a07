import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { createJsonService } from '../../http/json-service.ts'
import type { AwsService } from '../../http/service.ts'
import type { VariantCapacity } from '../autoscaling/run-policy.ts'
import type { MetricSample } from '../cloudwatch/metric-store.ts'
import { type LogFiles, openLogFiles } from '../lambda/invocation-log.ts'
import type { LogLine } from '../logs/log-store.ts'
import { RecordCollection } from '../record-collection.ts'
import { AsyncQueue } from '../sagemaker-runtime/async-queue.ts'
import { createSageMakerRuntime } from '../sagemaker-runtime/create-sagemaker-runtime.ts'
import { InvocationCounts } from '../sagemaker-runtime/endpoint-metrics.ts'
import { ReadyWaiters } from '../sagemaker-runtime/ready-waiters.ts'
import { Outbox, type PublishEvent } from '../states/announcements/outbox.ts'
import { LevelStore } from '../states/store/level-store.ts'
import { logGroupOf } from './arns.ts'
import { capacityOf, metricsOf } from './endpoint-scaling.ts'
import { type Faults, openFaults } from './faults.ts'
import { createHosting, type Hosting } from './hosting/hosting.ts'
import { HOSTING_TIMES, type HostingTimes } from './hosting/instance.ts'
import { EndpointBook } from './lifecycle/endpoint-book.ts'
import { EndpointLifecycle } from './lifecycle/endpoint-lifecycle.ts'
import { objectionTo } from './lifecycle/objection.ts'
import { createEndpointConfigOperations } from './operations/endpoint-configs.ts'
import { createEndpointOperations, createEndpointReadings } from './operations/endpoints.ts'
import { createModelOperations } from './operations/models.ts'
import { createTagOperations } from './operations/resource-tags.ts'
import { readOperatorSettings } from './operator-settings.ts'
import type { EndpointConfigRecord, ModelRecord } from './records.ts'
import { createRoleClients, type RoleClients, type RoleCredentials } from './role-clients.ts'
import type { SageMakerContext } from './sagemaker-context.ts'
import { TrainingBook } from './training/training-book.ts'
import { TrainingLifecycle } from './training/training-lifecycle.ts'
import { createTrainingOperations } from './training/training-operations.ts'

export interface SageMakerOptions {
  /** The stack's: its store, running models, the operator's `sagemaker.json` and logs are kept in it. */
  dataDirectory: string
  clock: Clock
  region: string
  accountId: string
  /** Where containers, and SageMaker for their roles, find every service. */
  endpoint: string
  credentialsFor(roleArn: string): RoleCredentials
  /** Throws when the role may not do it; nothing is checked beforehand when missing. */
  authorizeAs?(roleArn: string, action: string, resource: string): void
  /** Hands an event to the default bus of EventBridge; rejects when it was not taken. */
  publishEvent: PublishEvent
  onLog?(line: LogLine): void
  /** Whether Application Auto Scaling holds the variant. */
  isScalableTarget?(endpointName: string, variantName: string): boolean
  newId(): string
  /** Where relative paths of container commands begin; the repository when missing. */
  workingDirectory?: string
  times?: Partial<HostingTimes>
  /** Milliseconds between two looks for new checkpoints of a training job. */
  checkpointInterval?: number
  /** Milliseconds InvokeEndpoint waits for a container. */
  invocationTimeout?: number
}

/** SageMaker endpoints, their runtime, and training jobs; the edge sends all of it here. */
export interface SageMaker extends AwsService {
  /** What shall go wrong, also to be written into `sagemaker-faults.json` in the data directory. */
  faults: Faults
  /** For CloudWatch. */
  metrics(): MetricSample[]
  /** For Application Auto Scaling. */
  capacity: VariantCapacity
  /** Resolves when the training job is at its end, or is not there. */
  whenTrainingEnded(jobName: string): Promise<void>
  /** Goes on with what the last run left, once S3 and the others answer. */
  resume(): void
  /** Ends the programs of training jobs while S3 still answers; their last checkpoints are there for the next run. */
  suspendTraining(): Promise<void>
  close(): Promise<void>
}

const REPOSITORY = join(import.meta.dirname, '../../..')
const INVOCATION_TIMEOUT = 60_000
const CHECKPOINT_INTERVAL = 1_000
const STOP_GRACE_SECONDS = 120

/** Opens the store and serves. */
export async function createSageMaker(options: SageMakerOptions): Promise<SageMaker> {
  const { dataDirectory, clock, region, accountId } = options
  const folder = join(dataDirectory, 'sagemaker')
  await mkdir(folder, { recursive: true })
  const store = await LevelStore.open(join(folder, 'store'))
  const faults = openFaults(join(dataDirectory, 'sagemaker-faults.json'))
  const outbox = new Outbox(store, clock, options.publishEvent)
  const scope = { region, accountId }
  const roleClients = createRoleClients(options)
  const logFiles = openLogFiles(join(dataDirectory, 'logs'))
  const settingsFile = join(dataDirectory, 'sagemaker.json')
  const waiters = new ReadyWaiters(clock)
  const counts = new InvocationCounts()
  const hosting = openHosting(options, {
    folder,
    settingsFile,
    roleClients,
    logFiles,
    onReady(endpointName) {
      waiters.notify(endpointName)
      queue.pump(endpointName)
    },
  })
  const endpoints = new EndpointBook({ store, outbox, faults, clock })
  const objection = objectionTo(options.authorizeAs)
  const lifecycle = new EndpointLifecycle({
    book: endpoints,
    hosting,
    faults,
    objection,
    onRemoved: (name) => queue.discard(name),
  })
  const models = new RecordCollection<ModelRecord>(store, 'model\0')
  const configs = new RecordCollection<EndpointConfigRecord>(store, 'config\0')
  const trainingJobs = new TrainingBook({ store, outbox, faults, clock })
  const training = openTraining(options, { folder, settingsFile, roleClients, logFiles, faults, book: trainingJobs })
  const context: SageMakerContext = {
    scope,
    clock,
    models,
    configs,
    endpoints,
    lifecycle,
    trainingJobs,
    training,
    roleClients,
    isScalableTarget: options.isScalableTarget ?? (() => false),
    quotas: () => readOperatorSettings(settingsFile).quotas,
  }
  const runtimeContext = {
    scope,
    clock,
    roleClients,
    newId: options.newId,
    findEndpoint: (name: string) => endpoints.find(name),
    fleetsOf: (name: string) => lifecycle.fleetsOf(name),
    onInvoked: (endpointName: string, variantName: string) => counts.add(endpointName, variantName),
  }
  const queue = new AsyncQueue({ ...runtimeContext, store, faults })
  await Promise.all([models.load(), configs.load(), endpoints.load(), trainingJobs.load(), outbox.load(), queue.load()])
  const runtime = createSageMakerRuntime({
    ...runtimeContext,
    waiters,
    queue,
    invocationTimeout: options.invocationTimeout ?? INVOCATION_TIMEOUT,
  })
  const control = createJsonService({ version: '1.1', operations: operationsOf(context) })
  return {
    faults,
    handle: (request) => (request.incoming.headers['x-amz-target'] === undefined ? runtime : control).handle(request),
    whenTrainingEnded: (jobName) => trainingJobs.whenEnded(jobName),
    suspendTraining: () => training.suspend(),
    capacity: capacityOf(context),
    metrics: metricsOf({ endpoints, lifecycle, queue, counts }),
    resume() {
      outbox.resume()
      lifecycle.resume()
      training.resume()
      queue.resume()
    },
    async close() {
      queue.close()
      outbox.close()
      await Promise.all([lifecycle.close(), training.suspend()])
      await logFiles.close()
      roleClients.close()
      await store.close()
    },
  }
}

interface HostingParts {
  folder: string
  settingsFile: string
  roleClients: RoleClients
  logFiles: LogFiles
  onReady(endpointName: string): void
}

function openHosting(options: SageMakerOptions, { folder, logFiles, ...parts }: HostingParts): Hosting {
  return createHosting({
    ...options,
    ...parts,
    directory: join(folder, 'hosting'),
    workingDirectory: options.workingDirectory ?? REPOSITORY,
    times: { ...HOSTING_TIMES, ...options.times },
    onLog(endpointName, line) {
      logFiles.append(`endpoint-${endpointName}`, line.line)
      options.onLog?.({ ...line, logGroup: logGroupOf(endpointName) })
    },
  })
}

type TrainingParts = Omit<HostingParts, 'onReady'> & { faults: Faults; book: TrainingBook }

function openTraining(options: SageMakerOptions, { folder, logFiles, ...parts }: TrainingParts): TrainingLifecycle {
  return new TrainingLifecycle({
    ...options,
    ...parts,
    directory: join(folder, 'training'),
    workingDirectory: options.workingDirectory ?? REPOSITORY,
    checkpointInterval: options.checkpointInterval ?? CHECKPOINT_INTERVAL,
    stopGrace: () => (readOperatorSettings(parts.settingsFile).trainingStopGrace ?? STOP_GRACE_SECONDS) * 1_000,
    onLog(jobName, line) {
      logFiles.append(`training-${jobName}`, line.line)
      options.onLog?.(line)
    },
  })
}

function operationsOf(context: SageMakerContext) {
  return {
    ...createModelOperations(context),
    ...createEndpointConfigOperations(context),
    ...createEndpointOperations(context),
    ...createEndpointReadings(context),
    ...createTrainingOperations(context),
    ...createTagOperations(context),
  }
}
