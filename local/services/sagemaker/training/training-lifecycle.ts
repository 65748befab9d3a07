import { hasEnded, type TrainingJobRecord } from './training-record.ts'
import { type TrainingOptions, TrainingRun } from './training-run.ts'
import { removeOtherWorkspaces } from './workspace.ts'

/** Takes all training jobs to their ends. */
export class TrainingLifecycle {
  readonly #options: TrainingOptions
  readonly #runs = new Map<string, { run: TrainingRun; ended: Promise<void> }>()
  #isClosed = false

  constructor(options: TrainingOptions) {
    this.#options = options
  }

  /** `record` is new. */
  async create(record: TrainingJobRecord): Promise<void> {
    await this.#options.book.add(record)
    this.#start(record.name)
  }

  async stop(name: string): Promise<void> {
    const known = this.#runs.get(name)
    if (known) await known.run.stop('Stopped')
    // The stack is starting or ending; the run to come brings it to its end.
    else await this.#options.book.enter(name, 'Stopping', { stopAs: 'Stopped' })
  }

  /** Goes on with what the last run left. */
  resume(): void {
    const left = this.#options.book.all().filter((record) => !hasEnded(record))
    removeOtherWorkspaces(this.#options.directory, new Set(left.flatMap(({ workspace }) => workspace ?? [])))
    for (const { name } of left) this.#start(name)
  }

  /** Ends all programs, keeps their last checkpoints, and leaves the jobs to the next run. */
  async suspend(): Promise<void> {
    this.#isClosed = true
    for (const { run } of this.#runs.values()) run.suspend()
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended))
  }

  #start(name: string): void {
    if (this.#isClosed) return
    const run = new TrainingRun(name, this.#options)
    const ended = run
      .run()
      .catch((error: unknown) => {
        if (!this.#isClosed) process.emitWarning(String(error))
      })
      .finally(() => this.#runs.delete(name))
    this.#runs.set(name, { run, ended })
  }
}
