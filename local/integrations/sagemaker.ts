import type { Clock } from '../clock.ts'
import type { Json, JsonObject } from '../interpreter/contract.ts'
import { type Action, type IntegrationPorts, type ServiceCall, TaskError } from './integration.ts'
import { callOptimized, type OptimizedService, optimizedError } from './optimized-call.ts'
import type { SdkCaller } from './sdk-call.ts'

const SAGEMAKER: OptimizedService = {
  errorPrefix: 'SageMaker',
  serviceName: 'AmazonSageMaker',
  baseError: 'AmazonSageMakerException',
}

const ACTIONS = ['createModel', 'createEndpointConfig', 'createEndpoint', 'updateEndpoint'] as const

/** The rule that Step Functions has in every account, to learn of the ends of jobs. */
const MANAGED_RULE = 'StepFunctionsGetEventsForSageMakerTrainingJobsRule'

/** How AWS marks the jobs that Step Functions waits for. */
const STARTED_BY = { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' }

/** `arn:aws:states:::sagemaker:<action>`; Step Functions waits for training jobs only. */
export function createSageMakerActions(sdk: SdkCaller, ports: IntegrationPorts): Record<string, Action> {
  const action: Action = { patterns: ['requestResponse'], call: (call) => callOptimized(sdk, call, SAGEMAKER) }
  return {
    ...Object.fromEntries(ACTIONS.map((name) => [name, action])),
    createTrainingJob: createTrainingJobAction(sdk, ports),
  }
}

function createTrainingJobAction(sdk: SdkCaller, ports: IntegrationPorts): Action {
  const { clock, trainingJobEnd } = ports

  async function call(call: ServiceCall): Promise<Json> {
    if (call.pattern !== 'sync') return await callOptimized(sdk, call, SAGEMAKER)
    authorizeRule(ports, call.roleArn)
    const { Tags = [] } = call.parameters
    const parameters = { ...call.parameters, Tags: [...(Tags as JsonObject[]), STARTED_BY] }
    try {
      return await callOptimized(sdk, { ...call, parameters }, SAGEMAKER)
    } catch (error) {
      if (!call.isRepeated || !isTaken(error)) throw error
      const { TrainingJobArn = null } = await describe(call)
      return { TrainingJobArn }
    }
  }

  async function describe(call: ServiceCall): Promise<JsonObject> {
    const parameters = { TrainingJobName: call.parameters.TrainingJobName! }
    const about = { ...call, action: 'describeTrainingJob', parameters }
    const { output } = await sdk(about, (failure) => optimizedError(SAGEMAKER, failure))
    return withMillisecondTimes(output) as JsonObject
  }

  return {
    patterns: ['requestResponse', 'sync'],
    call,
    async finish(call) {
      const name = String(call.parameters.TrainingJobName)
      for (;;) {
        await trainingJobEnd?.(name)
        const description = await describe(call).catch(unanswered)
        const end = ENDS[String(description?.TrainingJobStatus)]
        if (description && end === 'succeeded') return description
        if (description && end === 'failed') throw new TaskError('States.TaskFailed', JSON.stringify(description))
        await pause(clock, call.signal)
      }
    },
    async abandon(call) {
      const parameters = { TrainingJobName: call.parameters.TrainingJobName! }
      await sdk({ ...call, action: 'stopTrainingJob', parameters }, (failure) =>
        optimizedError(SAGEMAKER, failure),
      ).catch((error: TaskError) => {
        // It has ended meanwhile.
        if (!/training job is in status/.test(error.message)) throw error
      })
    },
  }
}

/** The name is: a call that is repeated after a restart meets the job that it began before. */
function isTaken(error: unknown): boolean {
  return error instanceof TaskError && error.error === `${SAGEMAKER.errorPrefix}.ResourceInUseException`
}

/** Nobody answered: the job goes on all the same, and so does the wait. */
function unanswered(error: TaskError): undefined {
  if (error.error !== `${SAGEMAKER.errorPrefix}.SdkClientException`) throw error
}

const ENDS: Record<string, 'succeeded' | 'failed'> = { Completed: 'succeeded', Failed: 'failed', Stopped: 'failed' }

/** On AWS the role must let Step Functions keep its rule, or the machine cannot even be created. */
function authorizeRule({ authorizeAs, region, accountId }: IntegrationPorts, roleArn: string): void {
  const rule = `arn:aws:events:${region}:${accountId}:rule/${MANAGED_RULE}`
  try {
    for (const action of ['PutTargets', 'PutRule', 'DescribeRule']) authorizeAs(roleArn, `events:${action}`, rule)
  } catch (error) {
    throw new TaskError(
      'States.TaskFailed',
      `'${roleArn}' is not authorized to create managed-rule. (${String(error)})`,
    )
  }
}

const POLLING_INTERVAL_MS = 1_000

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const cancel = clock.setTimer(clock.now() + POLLING_INTERVAL_MS, resolve)
    signal.addEventListener(
      'abort',
      () => {
        cancel()
        reject(signal.reason)
      },
      { once: true },
    )
  })
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** What a person wrote, where nothing is a time. */
const OWN_TEXTS = new Set(['HyperParameters', 'Environment'])

/** Optimized integrations show times as milliseconds since the epoch. */
function withMillisecondTimes(value: Json): Json {
  if (typeof value === 'string') return TIME.test(value) ? Date.parse(value) : value
  if (Array.isArray(value)) return value.map((item: Json) => withMillisecondTimes(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, OWN_TEXTS.has(name) ? item : withMillisecondTimes(item)]),
  ) as JsonObject
}
