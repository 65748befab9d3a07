import { existsSync } from 'node:fs'
import type { Clock } from '../../../clock.ts'
import type { LogLine } from '../../logs/log-store.ts'
import { TRAINING_LOG_GROUP } from '../arns.ts'
import type { Faults } from '../faults.ts'
import type { ContainerProcess } from '../hosting/container-process.ts'
import type { ClientsOfRole, RoleClients } from '../role-clients.ts'
import { CheckpointSync } from './checkpoint-sync.ts'
import { downloadChannel } from './download-channels.ts'
import { failWhenTold, missingCapacity, watchInterruption } from './job-faults.ts'
import { listFiles } from './list-files.ts'
import { createMetricReader } from './read-metrics.ts'
import type { TrainingBook } from './training-book.ts'
import { CAPACITY_MESSAGE, INTERNAL_REASON, programFailure, TrainingFailure } from './training-failure.ts'
import { startProgram } from './training-program.ts'
import { modelArtifacts, type StopKind, type TrainingJobRecord } from './training-record.ts'
import { uploadModel } from './upload-model.ts'
import { furnish, openWorkspace, type Workspace } from './workspace.ts'

export interface TrainingOptions {
  book: TrainingBook
  faults: Faults
  clock: Clock
  roleClients: RoleClients
  /** Folders of running jobs. */
  directory: string
  settingsFile: string
  workingDirectory: string
  region: string
  endpoint: string
  newId(): string
  onLog(jobName: string, line: LogLine): void
  /** Milliseconds between SIGTERM and SIGKILL when a job is stopped or interrupted. */
  stopGrace(): number
  /** Milliseconds between two looks for new checkpoints. */
  checkpointInterval: number
}

/** Why an instance has to end; `suspend`: together with the stack, whose next run goes on. */
type Ending = 'stop' | 'interrupt' | 'suspend'

/** One training job on its way to its end. */
export class TrainingRun {
  readonly #options: TrainingOptions
  readonly #name: string
  readonly #timers = new Set<() => void>()
  #unwanted = new AbortController()
  #ending: Ending | undefined
  #process: ContainerProcess | undefined

  constructor(name: string, options: TrainingOptions) {
    this.#name = name
    this.#options = options
  }

  /** Resolves when the job has ended or is suspended. */
  async run(): Promise<void> {
    const { maxWait } = this.#record.plan
    if (maxWait !== undefined)
      this.#at(this.#record.createdAt + maxWait * 1_000, () => this.#stopUnasked('MaxWaitTimeExceeded'))
    try {
      await this.#goOn()
    } catch (error) {
      if (this.#ending !== 'suspend') await this.#fail(error)
    } finally {
      for (const cancel of this.#timers) cancel()
    }
  }

  /** Asks the program to end; the job then ends as `kind` says. */
  async stop(kind: StopKind): Promise<void> {
    if (this.#record.stopAs !== undefined) return
    this.#end('stop')
    await this.#options.book.enter(this.#name, 'Stopping', { stopAs: kind })
  }

  /** Ends the program with the stack. */
  suspend(): void {
    this.#end('suspend')
  }

  get #record(): TrainingJobRecord {
    return this.#options.book.find(this.#name)!
  }

  async #goOn(): Promise<void> {
    const record = this.#record
    const earlier = record.workspace === undefined ? undefined : this.#open(record.workspace)
    if (record.status === 'Stopping' && record.secondaryStatus !== 'Uploading') return this.#finish(earlier)
    // The program has ended well before the last run of the stack did.
    if (record.secondaryStatus === 'Uploading' && earlier && existsSync(earlier.model)) return this.#deliver(earlier)
    earlier?.remove()
    if (record.secondaryStatus !== 'Starting') await this.#options.book.enter(this.#name, 'Starting')
    while (await this.#useInstance());
  }

  /** Answers whether the job needs another instance. */
  async #useInstance(): Promise<boolean> {
    const { book, clock } = this.#options
    failWhenTold(this.#options.faults, this.#record)
    await this.#findCapacity()
    if (this.#unwanted.signal.aborted) return this.#leave()
    const workspace = this.#open(this.#options.newId())
    const startedAt = clock.now()
    await book.enter(this.#name, 'Downloading', {
      workspace: workspace.id,
      startedAt: this.#record.startedAt ?? startedAt,
    })
    const cancelLimit = this.#at(startedAt + this.#record.plan.maxRuntime * 1_000 - this.#record.ran, () =>
      this.#stopUnasked('MaxRuntimeExceeded'),
    )
    try {
      await this.#work(workspace)
    } finally {
      cancelLimit()
      book.note(this.#name, { ran: this.#record.ran + clock.now() - startedAt })
    }
    if (this.#ending === 'suspend') return false
    if (this.#ending === 'interrupt') return this.#replace(workspace)
    await this.#deliver(workspace)
    return false
  }

  /** Throws `TrainingFailure` unless the program ended well or was told to end. */
  async #work(workspace: Workspace): Promise<void> {
    const { plan } = this.#record
    const { signal } = this.#unwanted
    const clients = this.#clients
    if (signal.aborted) return
    furnish(workspace, plan)
    const sync = this.#checkpointSync(workspace)
    await Promise.all([
      sync?.download(signal),
      ...plan.channels.map((channel) => downloadChannel(channel, workspace.channel(channel.name), { clients, signal })),
    ])
    if (signal.aborted) return
    await this.#options.book.enter(this.#name, 'Training')
    if (signal.aborted) return
    sync?.start()
    const exitCode = await this.#train(workspace)
    await sync?.finish()
    if (exitCode !== 0 && this.#ending === undefined) throw programFailure(exitCode, await workspace.readFailure())
  }

  async #train(workspace: Workspace): Promise<number> {
    const { book, clock, onLog } = this.#options
    const record = this.#record
    const logStream = `${this.#name}/algo-1-${Math.floor(clock.now() / 1_000)}`
    const metrics = createMetricReader(record.plan.metrics, record.metrics)
    const onProgress = watchInterruption(record, {
      faults: this.#options.faults,
      wait: (seconds, fire) => this.#at(clock.now() + seconds * 1_000, fire),
      interrupt: () => this.#end('interrupt'),
    })
    const process = startProgram(record, {
      ...this.#options,
      workspace,
      credentials: this.#clients.credentials,
      onLine: (line) => {
        const timestamp = clock.now()
        onLog(this.#name, { logGroup: TRAINING_LOG_GROUP, logStream, timestamp, line })
        if (!metrics.read(line, timestamp)) return
        book.note(this.#name, { metrics: metrics.last() })
        onProgress()
      },
    })
    this.#process = process
    const exitCode = await process.exitCode
    this.#process = undefined
    return exitCode
  }

  async #replace(workspace: Workspace): Promise<boolean> {
    const { book } = this.#options
    workspace.remove()
    await book.enter(this.#name, 'Interrupted')
    if (this.#ending !== 'interrupt') return this.#leave()
    this.#ending = undefined
    this.#unwanted = new AbortController()
    await book.enter(this.#name, 'Starting')
    return true
  }

  async #deliver(workspace: Workspace): Promise<void> {
    if (this.#ending === 'stop' && (await listFiles(workspace.model)).length === 0) return this.#finish(workspace)
    const { book, clock } = this.#options
    if (this.#record.secondaryStatus !== 'Uploading') await book.enter(this.#name, 'Uploading')
    const startedAt = clock.now()
    const { isCompressed } = this.#record.plan
    const upload = { directory: workspace.model, uri: modelArtifacts(this.#record), isCompressed }
    await uploadModel({ ...upload, clients: this.#clients })
    book.note(this.#name, { ran: this.#record.ran + clock.now() - startedAt })
    await this.#finish(workspace)
  }

  async #finish(workspace?: Workspace): Promise<void> {
    await this.#options.book.enter(this.#name, this.#record.stopAs ?? 'Completed')
    workspace?.remove()
  }

  async #fail(error: unknown): Promise<void> {
    if (!(error instanceof TrainingFailure))
      process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error))
    const failureReason = error instanceof TrainingFailure ? error.message : INTERNAL_REASON
    const { workspace } = this.#record
    await this.#options.book.enter(this.#name, 'Failed', { failureReason })
    if (workspace !== undefined) this.#open(workspace).remove()
  }

  #stopUnasked(kind: StopKind): void {
    this.stop(kind).catch((error: unknown) => process.emitWarning(String(error)))
  }

  /** Waits while a fault says that there is no instance: so many seconds, else until the job is stopped. */
  async #findCapacity(): Promise<void> {
    const { book, faults, clock } = this.#options
    const missing = missingCapacity(faults, this.#record)
    if (missing === undefined) return
    const { seconds } = missing
    book.explain(this.#name, CAPACITY_MESSAGE)
    await new Promise<void>((resolve) => {
      this.#unwanted.signal.addEventListener('abort', () => resolve(), { once: true })
      if (seconds !== undefined) this.#at(clock.now() + seconds * 1_000, resolve)
    })
  }

  /** Without an instance there is nothing to bring home. */
  async #leave(): Promise<boolean> {
    if (this.#ending === 'stop') await this.#finish()
    return false
  }

  #checkpointSync({ checkpoints }: Workspace): CheckpointSync | undefined {
    const { clock, checkpointInterval: interval } = this.#options
    const { checkpointUri: uri } = this.#record.plan
    return uri === undefined
      ? undefined
      : new CheckpointSync({ directory: checkpoints, uri, clients: this.#clients, clock, interval })
  }

  get #clients(): ClientsOfRole {
    return this.#options.roleClients(this.#record.plan.roleArn)
  }

  #open(id: string): Workspace {
    return openWorkspace(this.#options.directory, id)
  }

  #at(time: number, fire: () => void): () => void {
    const { clock } = this.#options
    const cancel = clock.setTimer(time, fire)
    this.#timers.add(cancel)
    return () => {
      this.#timers.delete(cancel)
      cancel()
    }
  }

  #end(ending: Ending): void {
    if (this.#ending === ending || (this.#ending !== undefined && ending === 'interrupt')) return
    this.#ending = ending
    this.#unwanted.abort()
    // With the stack, the supervisor gives it its usual short time.
    void this.#process?.stop(ending === 'suspend' ? undefined : this.#options.stopGrace())
  }
}
