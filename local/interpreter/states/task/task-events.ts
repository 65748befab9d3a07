import type { InvokeTask, JsonObject, TaskFailurePhase, TaskResource } from '../../contract.ts'
import { resourceName } from './resource.ts'

/** The events of one kind of task. Types and details differ by kind, their order does not. */
export interface TaskEvents {
  readonly scheduled: (task: InvokeTask, region: string) => TaskEvent
  readonly started: (workerName: string | undefined) => TaskEvent
  readonly submitted: (output: string) => TaskEvent
  readonly succeeded: (output: string) => TaskEvent
  readonly failed: (failure: JsonObject, phase: TaskFailurePhase) => TaskEvent
  readonly timedOut: (failure: JsonObject) => TaskEvent
}

export interface TaskEvent {
  readonly type: string
  readonly details?: JsonObject
}

const untruncated: JsonObject = { truncated: false }

function limits({ timeoutSeconds, heartbeatSeconds }: InvokeTask): JsonObject {
  return {
    ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
  }
}

function credentials({ roleArn }: InvokeTask): JsonObject {
  return roleArn === undefined ? {} : { taskCredentials: { roleArn } }
}

function inputDetails(task: InvokeTask): JsonObject {
  return {
    resource: task.resource.arn,
    input: JSON.stringify(task.parameters),
    inputDetails: untruncated,
    ...limits(task),
    ...credentials(task),
  }
}

function outputDetails(output: string): JsonObject {
  return { output, outputDetails: untruncated }
}

type Phases = Readonly<Record<TaskFailurePhase, string>>

const lambdaFailures: Phases = {
  schedule: 'LambdaFunctionScheduleFailed',
  start: 'LambdaFunctionStartFailed',
  submit: 'LambdaFunctionFailed',
  run: 'LambdaFunctionFailed',
}
const activityFailures: Phases = {
  schedule: 'ActivityScheduleFailed',
  start: 'ActivityFailed',
  submit: 'ActivityFailed',
  run: 'ActivityFailed',
}
const serviceFailures: Phases = {
  schedule: 'TaskFailed',
  start: 'TaskStartFailed',
  submit: 'TaskSubmitFailed',
  run: 'TaskFailed',
}

const lambdaEvents: TaskEvents = {
  scheduled: (task) => ({ type: 'LambdaFunctionScheduled', details: inputDetails(task) }),
  started: () => ({ type: 'LambdaFunctionStarted' }),
  submitted: (output) => ({ type: 'LambdaFunctionSucceeded', details: outputDetails(output) }),
  succeeded: (output) => ({ type: 'LambdaFunctionSucceeded', details: outputDetails(output) }),
  failed: (failure, phase) => ({ type: lambdaFailures[phase], details: failure }),
  timedOut: (failure) => ({ type: 'LambdaFunctionTimedOut', details: failure }),
}

const activityEvents: TaskEvents = {
  scheduled: (task) => ({ type: 'ActivityScheduled', details: inputDetails(task) }),
  started: (workerName) => ({ type: 'ActivityStarted', details: workerName === undefined ? {} : { workerName } }),
  submitted: (output) => ({ type: 'ActivitySucceeded', details: outputDetails(output) }),
  succeeded: (output) => ({ type: 'ActivitySucceeded', details: outputDetails(output) }),
  failed: (failure, phase) => ({ type: activityFailures[phase], details: failure }),
  timedOut: (failure) => ({ type: 'ActivityTimedOut', details: failure }),
}

function serviceEvents(resource: Extract<TaskResource, { kind: 'service' }>): TaskEvents {
  const target = { resourceType: resource.service, resource: resourceName(resource) }
  return {
    scheduled: (task, region) => ({
      type: 'TaskScheduled',
      details: {
        ...target,
        region,
        parameters: JSON.stringify(task.parameters),
        ...limits(task),
        ...credentials(task),
      },
    }),
    started: () => ({ type: 'TaskStarted', details: target }),
    submitted: (output) => ({ type: 'TaskSubmitted', details: { ...target, ...outputDetails(output) } }),
    succeeded: (output) => ({ type: 'TaskSucceeded', details: { ...target, ...outputDetails(output) } }),
    failed: (failure, phase) => ({ type: serviceFailures[phase], details: { ...target, ...failure } }),
    timedOut: (failure) => ({ type: 'TaskTimedOut', details: { ...target, ...failure } }),
  }
}

/** The events a task on this resource leaves in the history. */
export function eventsOf(resource: TaskResource): TaskEvents {
  if (resource.kind === 'service') return serviceEvents(resource)
  return resource.kind === 'lambda' ? lambdaEvents : activityEvents
}

/** What a too long answer is blamed on: the service, or the ARN that was called. */
export function blamedName(resource: TaskResource): string {
  return resource.kind === 'service' ? resource.service : resource.arn
}
