import { randomBytes } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { CodeDirectory } from './code-directory.ts'
import { endLines, type LogFiles, type LogLine, startLine } from './invocation-log.ts'
import type { LambdaFunction } from './lambda-function.ts'
import { oversizedResult } from './payload-limits.ts'
import { unpackBundle } from './unpack-bundle.ts'
import { FunctionPool } from './worker/function-pool.ts'
import { FunctionWorker, type Outcome } from './worker/function-worker.ts'
import { type RoleCredentials, workerEnvironment } from './worker/worker-environment.ts'

export interface FunctionRunnerOptions {
  /** Answers the prepared folder, the same one every time. */
  codeDirectory(): Promise<CodeDirectory>
  region: string
  endpoint: string
  clock: Clock
  /** Busy workers of one function. */
  concurrency: number
  logFiles: LogFiles
  credentialsFor(roleArn: string, sessionName: string): RoleCredentials | Promise<RoleCredentials>
  onLog?(line: LogLine): void
}

export interface RunResult extends Outcome {
  /** The invocation's own log lines. */
  log: string[]
}

/** Runs the events of one function in its workers and logs them. */
export class FunctionRunner {
  readonly #lambda: LambdaFunction
  readonly #options: FunctionRunnerOptions
  readonly #pool: FunctionPool
  readonly #credentialsEnd = new WeakMap<FunctionWorker, number>()
  #root: Promise<string> | undefined

  constructor(lambda: LambdaFunction, options: FunctionRunnerOptions) {
    this.#lambda = lambda
    this.#options = options
    this.#pool = new FunctionPool({
      cap: Math.min(lambda.reservedConcurrency ?? options.concurrency, options.concurrency),
      clock: options.clock,
      start: () => this.#start(),
      isFresh: (worker) => {
        const needed = options.clock.now() + lambda.timeoutSeconds * 1000
        return (this.#credentialsEnd.get(worker) ?? Number.POSITIVE_INFINITY) > needed
      },
    })
  }

  /** Answers one event; rejects only when no worker could be made (no package, no credentials). */
  run(requestId: string, payload: string, options: { aboveCap: boolean }): Promise<RunResult> {
    const lambda = this.#lambda
    return this.#pool.use(async (worker) => {
      const log: string[] = []
      const write = (line: string): void => {
        log.push(line)
        this.#log(worker, requestId, line)
      }
      write(startLine(requestId))
      const outcome = limitResult(await worker.run({ requestId, payload, functionArn: lambda.arn }, write))
      for (const line of endLines(lambda, requestId, outcome)) write(line)
      return { ...outcome, log }
    }, options)
  }

  warm(): Promise<void> {
    return this.#pool.warm()
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #log({ logStream }: FunctionWorker, requestId: string, line: string): void {
    const { logFiles, onLog, clock } = this.#options
    const { name: functionName, logGroup } = this.#lambda
    logFiles.append(functionName, line)
    onLog?.({ functionName, logGroup, logStream, requestId, timestamp: clock.now(), line })
  }

  async #start(): Promise<FunctionWorker> {
    const { clock, codeDirectory, credentialsFor, endpoint, region } = this.#options
    const lambda = this.#lambda
    const { program, bundles } = await codeDirectory()
    this.#root ??= unpackBundle(lambda.zipFile, lambda.name, bundles)
    const [root, credentials] = await Promise.all([this.#root, credentialsFor(lambda.roleArn, lambda.name)])
    const logStream = newLogStream(clock.now())
    const environment = workerEnvironment(lambda, { region, endpoint, credentials, root, logStream })
    const worker = new FunctionWorker({ lambda, program, root, logStream, environment, clock })
    if (credentials.expiresAt !== undefined) this.#credentialsEnd.set(worker, credentials.expiresAt)
    return worker
  }
}

function limitResult(outcome: Outcome): Outcome {
  const error = oversizedResult(outcome.payload)
  return error === undefined ? outcome : { ...outcome, payload: JSON.stringify(error), errorType: error.errorType }
}

/** `2026/11/20/[$LATEST]<32 hex digits>` */
function newLogStream(now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '/')
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`
}
