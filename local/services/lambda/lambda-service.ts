import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Clock } from '../../clock.ts'
import type { AwsService } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { type CodeDirectory, prepareCodeDirectory } from './code-directory.ts'
import { parseFunctionName } from './function-name.ts'
import { FunctionRunner } from './function-runner.ts'
import type { Answer, Invocation, InvocationType, InvokeOptions } from './invocation.ts'
import { type LogLine, openLogFiles } from './invocation-log.ts'
import type { LambdaFunction } from './lambda-function.ts'
import { handleRequest } from './operations.ts'
import { checkEvent } from './payload-limits.ts'
import { createRetrySchedule, type RetrySchedule } from './retry-schedule.ts'
import type { RoleCredentials } from './worker/worker-environment.ts'

export interface LambdaServiceOptions {
  functions: readonly LambdaFunction[]
  /** Credentials with which a function calls AWS: those of a session of its role. */
  credentialsFor(roleArn: string, sessionName: string): RoleCredentials | Promise<RoleCredentials>
  /** Where functions find every AWS service. */
  endpoint: string
  region: string
  accountId: string
  clock: Clock
  /** One `<function>.log` each. */
  logDirectory: string
  /** Where bundles are unpacked; may be deleted whenever the stack is down. */
  codeDirectory: string
  /**
   * How many events one function answers at the same time; further ones wait in order. By default four per core, at least four: most functions
   * wait for the network. Functions do not take places from each other, and one that is called by another never waits.
   */
  concurrency?: number
  /** Hears every log line as it is written. */
  onLog?(line: LogLine): void
}

export interface LambdaService extends AwsService {
  readonly functions: readonly LambdaFunction[]
  /** Whether the stack has the function; takes a name or an ARN with or without a qualifier. */
  has(arnOrName: string): boolean
  /** The function a name or ARN means; throws `ResourceNotFoundException`. */
  find(arnOrName: string): LambdaFunction
  /** Runs a function; throws `ServiceError` when there is no such function or the payload is not acceptable. */
  invoke(arnOrName: string, payload: string, type?: InvocationType): Promise<Invocation>
  /** Loads one worker each, so that the first event need not wait; without names, every function. */
  warm(names?: readonly string[]): Promise<void>
  /** Stops the workers; what they were answering stays unanswered. */
  close(): Promise<void>
}

/** Runs the packaged functions of the stack in worker threads. */
export function createLambdaService(options: LambdaServiceOptions): LambdaService {
  const { functions, logDirectory, clock } = options
  const logFiles = openLogFiles(logDirectory)
  let prepared: Promise<CodeDirectory> | undefined
  const codeDirectory = (): Promise<CodeDirectory> => {
    prepared ??= prepareCodeDirectory(options.codeDirectory)
    return prepared
  }
  const concurrency = options.concurrency ?? Math.max(4, availableParallelism() * 4)
  const runners = new Map(
    functions.map((lambda) => [
      lambda,
      new FunctionRunner(lambda, { ...options, codeDirectory, concurrency, logFiles }),
    ]),
  )
  const byName = new Map(functions.map((lambda) => [lambda.name, lambda]))
  const retries = createRetrySchedule(clock)

  const find = (arnOrName: string): LambdaFunction => {
    const lambda = byName.get(parseFunctionName(arnOrName)?.name ?? '')
    if (lambda === undefined) throw functionNotFound(arnOrName, options)
    return lambda
  }

  const invokeWith = async (arnOrName: string, payload: string, how: InvokeOptions): Promise<Invocation> => {
    const lambda = find(arnOrName)
    const event = checkEvent(payload, how.type)
    const runner = runners.get(lambda)!
    if (how.type === 'RequestResponse') {
      const answer = await runOnce(runner, event, how)
      return { ...answer, settled: Promise.resolve(answer) }
    }
    const settled = runUntilSettled(runner, event, { ...how, attempts: lambda.retryAttempts + 1, retries })
    settled.catch((error: Error) => logFiles.append(lambda.name, `RequestId: ${how.requestId} Error: ${error.message}`))
    return { payload: '', statusCode: 202, log: '', settled }
  }

  return {
    functions,
    has: (arnOrName) => byName.has(parseFunctionName(arnOrName)?.name ?? ''),
    find,
    invoke: (arnOrName, payload, type = 'RequestResponse') =>
      invokeWith(arnOrName, payload, { type, requestId: randomUUID(), nested: false }),
    warm: async (names) => {
      const wanted = names?.map(find) ?? functions
      await Promise.all(wanted.map((lambda) => runners.get(lambda)!.warm()))
    },
    handle: (request) => handleRequest(request, { functions, find, invokeWith }),
    close: async () => {
      retries.close()
      await Promise.all([...runners.values()].map((runner) => runner.close()))
      await logFiles.close()
    },
  }
}

async function runOnce(runner: FunctionRunner, event: string, { requestId, nested }: InvokeOptions): Promise<Answer> {
  const { payload, errorType, log } = await runner.run(requestId, event, { aboveCap: nested })
  return {
    payload,
    statusCode: 200,
    log: log.join('\n'),
    ...(errorType !== undefined && { functionError: 'Unhandled' as const }),
  }
}

interface Retrying extends InvokeOptions {
  attempts: number
  retries: RetrySchedule
}

async function runUntilSettled(runner: FunctionRunner, event: string, how: Retrying): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await runOnce(runner, event, how)
    if (answer.functionError === undefined || attempt + 1 >= how.attempts) return answer
    await how.retries.wait(attempt)
  }
}

function functionNotFound(arnOrName: string, { region, accountId }: LambdaServiceOptions): ServiceError {
  const arn = arnOrName.startsWith('arn:') ? arnOrName : `arn:aws:lambda:${region}:${accountId}:function:${arnOrName}`
  return new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, {
    statusCode: 404,
    details: { Type: 'User' },
  })
}
