import type { Json, JsonObject, TaskPattern, TaskResource } from '../interpreter/contract.ts'
import { createAwsSdkAction } from './aws-sdk.ts'
import { createDynamodbActions } from './dynamodb.ts'
import { createEventsActions } from './events.ts'
import type { Action, IntegrationPorts, ServiceCall } from './integration.ts'
import { createFunctionCaller, createLambdaActions } from './lambda.ts'
import { createSageMakerActions } from './sagemaker.ts'
import { createSdkCaller } from './sdk-call.ts'
import { hasAction, loadSdkModule, SDK_SERVICES } from './sdk-services.ts'
import { createSnsActions } from './sns.ts'
import { createStatesActions } from './states.ts'

type ServiceResource = Extract<TaskResource, { kind: 'service' }>

/** A task about to be carried out. */
export interface TaskCall {
  resource: Exclude<TaskResource, { kind: 'activity' }>
  parameters: Json
  roleArn: string
  executionArn: string
  stateMachineArn: string
  signal: AbortSignal
  /** The same task was called before a restart, and nobody knows what became of that call. */
  isRepeated?: boolean
}

/** Carries out the Task states of all machines. */
export interface Integrations {
  /** Makes the call; resolves to JSON text, rejects with `TaskError`. */
  call(task: TaskCall): Promise<string>
  /** `.sync`: waits for the job that `call` began. */
  finish(task: TaskCall, submitted: string): Promise<string>
  /** `.sync`: stops the job that `call` began. */
  abandon(task: TaskCall, submitted: string): Promise<void>
  /** Loads what `reject` needs to know every action that a definition names. */
  prepare(definition: string): Promise<void>
  /** Why a machine may not use a resource; undefined when it may. */
  reject(resource: TaskResource): string | undefined
}

const OPTIMIZED = ['dynamodb', 'events', 'lambda', 'sagemaker', 'sns', 'states'] as const

type OptimizedTable = Record<(typeof OPTIMIZED)[number], Record<string, Action>>

/** Builds the table of integrations. */
export function createIntegrations(ports: IntegrationPorts): Integrations {
  const sdk = createSdkCaller(ports)
  const callFunction = createFunctionCaller(ports)
  const table: OptimizedTable = {
    dynamodb: createDynamodbActions(sdk),
    events: createEventsActions(sdk),
    lambda: createLambdaActions(ports, callFunction),
    sagemaker: createSageMakerActions(sdk, ports),
    sns: createSnsActions(sdk),
    states: createStatesActions(ports),
  }
  const awsSdk = createAwsSdkAction(sdk)

  function find(resource: ServiceResource): Action | undefined {
    if (resource.service.startsWith('aws-sdk:')) return hasSdkAction(resource) ? awsSdk : undefined
    return (table as Record<string, Record<string, Action>>)[resource.service]?.[resource.action]
  }

  function required(task: TaskCall): { action: Action; call: ServiceCall & { pattern: TaskPattern } } {
    const resource = task.resource as ServiceResource
    const action = find(resource)
    if (!action) throw new Error(unknownResource(resource.arn))
    return { action, call: serviceCall(task, resource) }
  }

  return {
    async call(task) {
      if (task.resource.kind === 'lambda')
        return await callFunction({ ...task, functionArn: task.resource.arn, payload: JSON.stringify(task.parameters) })
      const { action, call } = required(task)
      return JSON.stringify(await action.call(call))
    },
    async finish(task, submitted) {
      const { action, call } = required(task)
      return JSON.stringify(await action.finish!(call, JSON.parse(submitted) as Json))
    },
    async abandon(task, submitted) {
      const { action, call } = required(task)
      await action.abandon?.(call, JSON.parse(submitted) as Json)
    },
    async prepare(definition) {
      const services = new Set([...definition.matchAll(/:aws-sdk:(\w+):/g)].map((match) => match[1]!))
      await Promise.all([...services].filter((service) => service in SDK_SERVICES).map(loadSdkModule))
    },
    reject(resource) {
      if (resource.kind !== 'service') return undefined
      return find(resource)?.patterns.includes(resource.pattern) ? undefined : unknownResource(resource.arn)
    },
  }
}

function sdkServiceOf(resource: ServiceResource): string {
  return resource.service.slice('aws-sdk:'.length)
}

function hasSdkAction(resource: ServiceResource): boolean {
  const service = sdkServiceOf(resource)
  return service in SDK_SERVICES && hasAction(service, resource.action)
}

function serviceCall(task: TaskCall, resource: ServiceResource): ServiceCall & { pattern: TaskPattern } {
  const service = resource.service.startsWith('aws-sdk:') ? sdkServiceOf(resource) : resource.service
  return {
    ...task,
    service,
    action: resource.action,
    pattern: resource.pattern,
    parameters: (task.parameters ?? {}) as JsonObject,
  }
}

function unknownResource(arn: string): string {
  return `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`
}
