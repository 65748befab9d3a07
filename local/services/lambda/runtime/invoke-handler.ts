import { RuntimeError } from './error-report.ts'
import type { Handler } from './load-handler.ts'
import type { Invoke, WorkerSettings } from './messages.ts'

/** From this version on Lambda's runtime takes no callback and answers what the handler returns. */
const FIRST_WITHOUT_CALLBACK = 24

/** Refuses a handler that the deployed runtime would refuse. */
export function checkHandler(handler: Handler, { handler: name, runtimeVersion }: WorkerSettings): void {
  if (runtimeVersion >= FIRST_WITHOUT_CALLBACK && handler.length > 2) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      `${name} takes a callback, which nodejs${runtimeVersion}.x does not offer: make it an async function`,
    )
  }
}

/** Calls the handler with one event and answers its result as JSON text. */
export async function invokeHandler(handler: Handler, invoke: Invoke, settings: WorkerSettings): Promise<string> {
  const event: unknown = JSON.parse(invoke.payload)
  const context = createContext(invoke, settings)
  const result =
    settings.runtimeVersion >= FIRST_WITHOUT_CALLBACK
      ? await handler(event, context)
      : await callWithCallback(handler, event, context)
  return serialise(result)
}

function callWithCallback(handler: Handler, event: unknown, context: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)))
    if (isThenable(result)) result.then(resolve, reject)
    else if (handler.length < 3) resolve(undefined)
  })
}

function serialise(result: unknown): string {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null'
  } catch {
    throw new RuntimeError('Runtime.MarshalError', 'Unable to stringify response body')
  }
}

function createContext(invoke: Invoke, settings: WorkerSettings): object {
  const deadline = performance.now() + invoke.remainingMilliseconds
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    functionName: settings.functionName,
    memoryLimitInMB: String(settings.memoryMegabytes),
    logGroupName: settings.logGroup,
    logStreamName: settings.logStream,
    invokedFunctionArn: invoke.functionArn,
    awsRequestId: invoke.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
