import { Worker } from 'node:worker_threads'
import type { Clock } from '../../../clock.ts'
import type { LambdaFunction } from '../lambda-function.ts'
import type { ErrorReport, Invoke, WorkerMessage, WorkerSettings } from '../runtime/messages.ts'
import { describeFailure, type SandboxFailure } from './failures.ts'

/** AWS gives a function this long to load, or its timeout where that is longer. */
const INIT_SECONDS = 10

/** What one invocation came to. */
export interface Outcome {
  /** JSON text: the result, or the error report. */
  payload: string
  /** Set when the function failed. */
  errorType?: string
  durationMilliseconds: number
  initMilliseconds?: number
  memory?: number
  /** For the log: what the sandbox has to say about the end. */
  notice?: string
  timedOut?: boolean
}

export interface FunctionWorkerOptions {
  lambda: LambdaFunction
  /** The worker threads' program. */
  program: string
  root: string
  logStream: string
  environment: Record<string, string>
  clock: Clock
}

interface Current {
  requestId: string
  startedAt: number
  onLine(line: string): void
  settle(outcome: Outcome): void
}

/** One execution environment of a function: a worker thread that has its bundle loaded and takes one event at a time. */
export class FunctionWorker {
  /** Resolves when the bundle is loaded or cannot be. */
  readonly loaded: Promise<void>
  readonly logStream: string
  readonly #options: FunctionWorkerOptions
  readonly #thread: Worker
  readonly #createdAt: number
  #initMilliseconds: number | undefined
  #state: 'loading' | 'ready' | 'dead' = 'loading'
  /** Why the worker never got ready. */
  #initError: ErrorReport | undefined
  #initFailure: SandboxFailure | undefined
  #current: Current | undefined
  #cancelTimer: () => void = () => {}
  #markLoaded!: () => void
  /** What was printed while no event was being answered; the next one's log begins with it. */
  #earlyLines: string[] = []

  constructor(options: FunctionWorkerOptions) {
    this.#options = options
    this.logStream = options.logStream
    this.#createdAt = options.clock.now()
    this.loaded = new Promise((resolve) => {
      this.#markLoaded = resolve
    })
    this.#thread = startThread(options)
    this.#thread.on('message', (message: WorkerMessage) => this.#receive(message))
    this.#thread.on('error', (error: NodeJS.ErrnoException) => this.#threadFailed(error))
    this.#thread.on('exit', (code) => this.#end({ kind: 'exit', code }))
    this.#startTimer(Math.max(INIT_SECONDS, options.lambda.timeoutSeconds))
  }

  /** Whether it can take another event. */
  get isAlive(): boolean {
    return this.#state !== 'dead'
  }

  /** Answers one event; never rejects. Must not be called again before the outcome. */
  async run(invoke: Omit<Invoke, 'remainingMilliseconds'>, onLine: (line: string) => void): Promise<Outcome> {
    const { clock, lambda } = this.#options
    await this.loaded
    for (const line of this.#earlyLines.splice(0)) onLine(line)
    const initMilliseconds = this.#initMilliseconds
    this.#initMilliseconds = undefined
    const startedAt = clock.now()
    const outcome = await new Promise<Outcome>((settle) => {
      this.#current = { requestId: invoke.requestId, startedAt, onLine, settle }
      if (this.#initError !== undefined) return this.#fail(this.#initError)
      if (this.#initFailure !== undefined) return this.#failSandbox(this.#initFailure)
      if (this.#state === 'dead') return this.#failSandbox({ kind: 'exit', code: 1 })
      this.#startTimer(lambda.timeoutSeconds)
      this.#thread.postMessage({ ...invoke, remainingMilliseconds: lambda.timeoutSeconds * 1000 } satisfies Invoke)
    })
    return initMilliseconds === undefined ? outcome : { ...outcome, initMilliseconds }
  }

  /** Stops the thread at once. What it was answering stays unanswered. */
  async terminate(): Promise<void> {
    this.#current = undefined
    this.#state = 'dead'
    this.#cancelTimer()
    await this.#thread.terminate()
  }

  #receive(message: WorkerMessage): void {
    const receivers: { [Kind in WorkerMessage['kind']]: (message: Extract<WorkerMessage, { kind: Kind }>) => void } = {
      log: ({ line }) => (this.#current === undefined ? this.#earlyLines.push(line) : this.#current.onLine(line)),
      ready: () => {
        this.#cancelTimer()
        this.#state = 'ready'
        this.#initMilliseconds = this.#options.clock.now() - this.#createdAt
        this.#markLoaded()
      },
      'init-failed': ({ error }) => {
        this.#initError = error
        this.#markLoaded()
        void this.#stop()
      },
      done: ({ payload, durationMilliseconds, memory }) => this.#settle({ payload, durationMilliseconds, memory }),
      failed: ({ error, durationMilliseconds, memory }) =>
        this.#settle({ payload: JSON.stringify(error), errorType: error.errorType, durationMilliseconds, memory }),
      crashed: ({ error }) => {
        if (this.#state === 'loading') this.#initError = error
        this.#fail(error)
      },
    }
    const receive = receivers[message.kind] as (message: WorkerMessage) => void
    receive(message)
  }

  #threadFailed(error: NodeJS.ErrnoException): void {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.#end({ kind: 'out-of-memory' })
    else this.#fail({ errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') })
  }

  /** The thread has ended or must end: whoever waits for it hears why. */
  #end(failure: SandboxFailure): void {
    if (this.#state === 'loading' && this.#initError === undefined) this.#initFailure = failure
    void this.#stop()
    this.#markLoaded()
    if (this.#current !== undefined) this.#failSandbox(failure)
  }

  #failSandbox(failure: SandboxFailure): void {
    const { requestId } = this.#current!
    const report = describeFailure(failure, requestId)
    const duration = failure.kind === 'timeout' ? { durationMilliseconds: failure.seconds * 1000, timedOut: true } : {}
    this.#fail(report, { notice: report.errorMessage, ...duration })
  }

  #fail(error: ErrorReport, more: Partial<Outcome> = {}): void {
    if (this.#current === undefined) return
    const durationMilliseconds = this.#options.clock.now() - this.#current.startedAt
    void this.#stop()
    this.#settle({ payload: JSON.stringify(error), errorType: error.errorType, durationMilliseconds, ...more })
  }

  #settle(outcome: Outcome): void {
    const { settle } = this.#current ?? {}
    this.#cancelTimer()
    this.#current = undefined
    settle?.(outcome)
  }

  #startTimer(seconds: number): void {
    const { clock } = this.#options
    this.#cancelTimer()
    this.#cancelTimer = clock.setTimer(clock.now() + seconds * 1000, () => this.#end({ kind: 'timeout', seconds }))
  }

  async #stop(): Promise<void> {
    this.#state = 'dead'
    this.#cancelTimer()
    await this.#thread.terminate()
  }
}

function startThread({ lambda, program, root, logStream, environment }: FunctionWorkerOptions): Worker {
  const workerData: WorkerSettings = {
    root,
    handler: lambda.handler,
    runtimeVersion: Number(/\d+/.exec(lambda.runtime)?.[0]),
    functionName: lambda.name,
    memoryMegabytes: lambda.memoryMegabytes,
    logGroup: lambda.logGroup,
    logStream,
  }
  const thread = new Worker(program, {
    workerData,
    env: environment,
    argv: [],
    // Not this process's own flags: those would load the TypeScript loader into every worker.
    execArgv: ['--enable-source-maps'],
    // Buffers lie outside the heap and are not counted, so a function may hold more here than on AWS, never less.
    resourceLimits: { maxOldGenerationSizeMb: lambda.memoryMegabytes },
  })
  // A stack that is otherwise done may exit: nothing waits for an idle function.
  thread.unref()
  return thread
}
