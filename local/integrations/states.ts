import { randomUUID } from 'node:crypto'
import type { Json, JsonObject, TaskPattern } from '../interpreter/contract.ts'
import { type Action, type EndedExecution, type IntegrationPorts, type ServiceCall, TaskError } from './integration.ts'
import { type OptimizedService, optimizedError, withHttpMetadata } from './optimized-call.ts'

const STATES: OptimizedService = {
  errorPrefix: 'StepFunctions',
  serviceName: 'AWSStepFunctions',
  baseError: 'AWSStepFunctionsException',
}

/** `arn:aws:states:::states:startExecution` with all its patterns. */
export function createStatesActions(ports: IntegrationPorts): Record<string, Action> {
  const { executions } = ports

  async function start(call: ServiceCall): Promise<Json> {
    const { StateMachineArn, Name, Input, TraceHeader } = call.parameters
    const request = {
      stateMachineArn: String(StateMachineArn),
      ...(typeof Name === 'string' ? { name: Name } : {}),
      ...(Input === undefined || Input === null
        ? {}
        : { input: typeof Input === 'string' ? Input : JSON.stringify(Input) }),
      ...(typeof TraceHeader === 'string' ? { traceHeader: TraceHeader } : {}),
    }
    try {
      ports.authorizeAs(call.roleArn, 'states:StartExecution', request.stateMachineArn)
      const started = await executions.start(request)
      return startAnswer(started.executionArn, started.startedAt)
    } catch (error) {
      throw refusal(error as Error & { code?: string })
    }
  }

  async function finish({ pattern }: { pattern: TaskPattern }, submitted: Json): Promise<Json> {
    const ended = await executions.whenEnded(executionArnOf(submitted))
    const description = describeEnd(ended, pattern)
    if (ended.status !== 'SUCCEEDED') throw new TaskError('States.TaskFailed', JSON.stringify(description))
    return description
  }

  return {
    startExecution: {
      patterns: ['requestResponse', 'sync', 'sync:2', 'waitForTaskToken'],
      call: start,
      finish,
      abandon: (_call, submitted) => executions.stop(executionArnOf(submitted)),
    },
  }
}

function executionArnOf(submitted: Json): string {
  return String((submitted as JsonObject).ExecutionArn)
}

/** The answer of StartExecution, with the metadata of an HTTP answer of the same length. */
function startAnswer(executionArn: string, startedAt: number): JsonObject {
  const requestId = randomUUID()
  const seconds = `${(startedAt / 1e12).toFixed(12)}E9`
  const body = `{"executionArn":"${executionArn}","startDate":${seconds}}`
  const headers = {
    'x-amzn-RequestId': requestId,
    connection: 'keep-alive',
    'Content-Length': String(body.length),
    Date: new Date(startedAt).toUTCString(),
    'Content-Type': 'application/x-amz-json-1.0',
  }
  const answer = { ExecutionArn: executionArn, StartDate: startedAt }
  return withHttpMetadata(answer, { headers, statusCode: 200, requestId })
}

/** DescribeExecution of the ended execution; `.sync:2` has input and output as JSON, `.sync` as text. */
function describeEnd(ended: EndedExecution, pattern: TaskPattern): JsonObject {
  const asJson = (text: string): Json => (pattern === 'sync:2' ? (JSON.parse(text) as Json) : text)
  return {
    ...(ended.cause === undefined ? {} : { Cause: ended.cause }),
    ...(ended.error === undefined ? {} : { Error: ended.error }),
    ExecutionArn: ended.executionArn,
    Input: asJson(ended.input),
    InputDetails: { Included: true },
    Name: ended.name,
    ...(ended.output === undefined ? {} : { Output: asJson(ended.output), OutputDetails: { Included: true } }),
    ...(ended.redriveCount === 0 ? {} : redriveMembers(ended)),
    StartDate: ended.startedAt,
    StateMachineArn: ended.stateMachineArn,
    Status: ended.status,
    StopDate: ended.stoppedAt,
  }
}

/** Shown only when there was a redrive: recordings of AWS differ in whether they are there without one. */
function redriveMembers({ redriveCount, redriveStatus, redriveStatusReason }: EndedExecution): JsonObject {
  return {
    RedriveCount: redriveCount,
    RedriveStatus: redriveStatus,
    ...(redriveStatusReason === undefined ? {} : { RedriveStatusReason: redriveStatusReason }),
  }
}

function refusal(error: Error & { code?: string }): TaskError {
  const denied = error.name === 'AccessDeniedError'
  const code = denied ? 'AccessDeniedException' : (error.code ?? 'InternalFailure')
  return optimizedError(STATES, {
    code,
    modelled: !denied && error.code !== undefined && error.code !== 'ValidationException',
    message: error.message,
    statusCode: 400,
    requestId: randomUUID(),
  })
}
