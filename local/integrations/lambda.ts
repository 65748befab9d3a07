import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../interpreter/contract.ts'
import { type Action, type FunctionAnswer, type IntegrationPorts, type ServiceCall, TaskError } from './integration.ts'
import { type OptimizedService, optimizedError, withHttpMetadata } from './optimized-call.ts'

const LAMBDA: OptimizedService = {
  errorPrefix: 'Lambda',
  serviceName: 'AWSLambda',
  baseError: 'AWSLambdaException',
}

/** A function to call: by ARN, and with JSON text as its event. */
interface Invocation {
  functionArn: string
  payload: string
  roleArn: string
  signal: AbortSignal
}

/** Calls a function; resolves to the JSON text it returned, rejects with the error it threw. */
export type CallFunction = (invocation: Invocation) => Promise<string>

/** Invokes functions of the stack, and at `lambdaEndpoint` those the stack does not have. */
export function createFunctionCaller(ports: IntegrationPorts): CallFunction {
  async function invoke({ functionArn, payload, roleArn, signal }: Invocation): Promise<FunctionAnswer> {
    try {
      ports.authorizeAs(roleArn, 'lambda:InvokeFunction', functionArn)
      return await ports.invokeFunction(functionArn, payload, { signal })
    } catch (error) {
      const { name, message, code = name } = error as Error & { code?: string }
      if (code === 'ResourceNotFoundException' && ports.lambdaEndpoint)
        return await invokeOverHttp(ports.lambdaEndpoint, { functionArn, payload, signal })
      throw refusal(code, message, functionArn)
    }
  }

  return async (invocation) => {
    const answer = await invoke(invocation)
    if (answer.functionError !== undefined) throw functionError(answer.payload)
    return answer.payload
  }
}

/** `arn:aws:states:::lambda:invoke`. */
export function createLambdaActions(ports: IntegrationPorts, callFunction: CallFunction): Record<string, Action> {
  async function invoke(call: ServiceCall): Promise<Json> {
    const { FunctionName, Qualifier, InvocationType, Payload } = call.parameters
    const invocation: Invocation = {
      functionArn: qualifiedArn(String(FunctionName), Qualifier, ports),
      payload: JSON.stringify(Payload ?? {}),
      roleArn: call.roleArn,
      signal: call.signal,
    }
    if (InvocationType === 'Event') {
      void callFunction({ ...invocation, signal: new AbortController().signal }).catch(() => undefined)
      return invokeAnswer({ statusCode: 202, at: ports.clock.now() })
    }
    const payload = await callFunction(invocation)
    return invokeAnswer({ payload, statusCode: 200, at: ports.clock.now() })
  }
  return { invoke: { patterns: ['requestResponse', 'waitForTaskToken'], call: invoke } }
}

function qualifiedArn(name: string, qualifier: Json | undefined, { region, accountId }: IntegrationPorts): string {
  const full = name.startsWith('arn:')
    ? name
    : `arn:aws:lambda:${region}:${accountId}:function:${name.split(':function:').at(-1)}`
  return typeof qualifier === 'string' ? `${full}:${qualifier}` : full
}

/** What the `Invoke` API answered, as Step Functions shows it. */
function invokeAnswer({ payload, statusCode, at }: { payload?: string; statusCode: number; at: number }): JsonObject {
  const requestId = randomUUID()
  const version = payload === undefined ? {} : { ExecutedVersion: '$LATEST', Payload: parsed(payload) }
  const headers = {
    'X-Amz-Executed-Version': '$LATEST',
    'x-amzn-Remapped-Content-Length': '0',
    Connection: 'keep-alive',
    'x-amzn-RequestId': requestId,
    'Content-Length': String(Buffer.byteLength(payload ?? '')),
    Date: new Date(at).toUTCString(),
    'X-Amzn-Trace-Id': `root=1-${requestId.slice(0, 8)}-${requestId.replaceAll('-', '').slice(8)};sampled=0`,
    'Content-Type': 'application/json',
  }
  const answer = withHttpMetadata({}, { headers, statusCode, requestId })
  return { ...version, ...answer, StatusCode: statusCode }
}

function parsed(payload: string): Json {
  try {
    return JSON.parse(payload) as Json
  } catch {
    return payload
  }
}

/** The name a function's error has for Retry and Catch is the `errorType` of its answer; the whole answer is the cause. */
function functionError(payload: string): TaskError {
  const answer = parsed(payload)
  const { errorType } = (typeof answer === 'object' ? (answer ?? {}) : {}) as { errorType?: unknown }
  return new TaskError(typeof errorType === 'string' ? errorType : 'Lambda.Unknown', payload)
}

function refusal(code: string, message: string, functionArn: string): TaskError {
  const failure = { requestId: randomUUID(), modelled: true }
  if (code === 'ResourceNotFoundException') {
    const qualified = functionArn.split(':').length > 7 ? functionArn : `${functionArn}:$LATEST`
    return optimizedError(LAMBDA, { ...failure, code, statusCode: 404, message: `Function not found: ${qualified}` })
  }
  if (code === 'AccessDeniedError')
    return optimizedError(LAMBDA, {
      ...failure,
      modelled: false,
      code: 'AccessDeniedException',
      statusCode: 403,
      message,
    })
  if (code === 'TooManyRequestsException') return optimizedError(LAMBDA, { ...failure, code, statusCode: 429, message })
  return optimizedError(LAMBDA, { ...failure, code: 'ServiceException', statusCode: 500, message })
}

async function invokeOverHttp(
  endpoint: string,
  { functionArn, payload, signal }: Omit<Invocation, 'roleArn'>,
): Promise<FunctionAnswer> {
  const url = new URL(`/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`, endpoint)
  let response: Response
  try {
    response = await fetch(url, { method: 'POST', body: payload, signal })
  } catch (error) {
    throw new TaskError('Lambda.SdkClientException', `Unable to execute HTTP request: ${(error as Error).message}`)
  }
  const text = await response.text()
  if (response.status === 404) throw refusal('ResourceNotFoundException', text, functionArn)
  if (response.status >= 300) throw refusal('ServiceException', text, functionArn)
  const functionError = response.headers.get('x-amz-function-error')
  return functionError === null ? { payload: text } : { payload: text, functionError }
}
