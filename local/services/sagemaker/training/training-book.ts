import type { Clock } from '../../../clock.ts'
import { RecordCollection } from '../../record-collection.ts'
import type { Announcement, Outbox } from '../../states/announcements/outbox.ts'
import type { LevelStore } from '../../states/store/level-store.ts'
import type { Faults } from '../faults.ts'
import { enterStatus } from './enter-status.ts'
import { trainingEvent } from './training-event.ts'
import { hasEnded, type SecondaryStatus, type TrainingJobRecord } from './training-record.ts'

export interface TrainingBookOptions {
  store: LevelStore
  outbox: Outbox
  faults: Faults
  clock: Clock
}

/** All training jobs; every change of a status is on disk together with the event that tells of it. */
export class TrainingBook {
  readonly #options: TrainingBookOptions
  readonly #records: RecordCollection<TrainingJobRecord>
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(options: TrainingBookOptions) {
    this.#options = options
    this.#records = new RecordCollection(options.store, 'training-job\0')
  }

  load(): Promise<void> {
    return this.#records.load()
  }

  find(name: string): TrainingJobRecord | undefined {
    return this.#records.find(name)
  }

  all(): TrainingJobRecord[] {
    return this.#records.all()
  }

  /** Keeps a new job and sends its first event. */
  add(record: TrainingJobRecord): Promise<void> {
    return this.#announce(record)
  }

  /** Keeps a change that no event tells of. */
  save(record: TrainingJobRecord): Promise<void> {
    return this.#records.save(record.name, record)
  }

  /** A change that goes to disk with the next status. */
  note(name: string, change: Partial<TrainingJobRecord>): void {
    this.#records.change(name, { ...this.find(name)!, ...change })
  }

  /** Says more of the status that the job is in. */
  explain(name: string, message: string): void {
    const { transitions } = this.find(name)!
    this.note(name, { transitions: [...transitions.slice(0, -1), { ...transitions.at(-1)!, message }] })
  }

  /** Takes the job into its next secondary status and sends the event. */
  async enter(name: string, secondaryStatus: SecondaryStatus, change: Partial<TrainingJobRecord> = {}): Promise<void> {
    const record = this.find(name)
    if (record === undefined || hasEnded(record)) return
    // Two changes of a job never have the same time, or their events could not be told apart.
    const now = Math.max(this.#options.clock.now(), record.modifiedAt + 1)
    const changed = { ...record, ...change }
    const entered = enterStatus(changed, secondaryStatus, now)
    if (entered === changed) return this.save(changed)
    await this.#announce(entered)
    if (hasEnded(entered)) for (const resolve of this.#waiting.get(name) ?? []) resolve()
    if (hasEnded(entered)) this.#waiting.delete(name)
  }

  /** Resolves when the job is at its end; at once when there is no such job. */
  async whenEnded(name: string): Promise<void> {
    const record = this.find(name)
    if (record === undefined || hasEnded(record)) return
    await new Promise<void>((resolve) => this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]))
  }

  async #announce(record: TrainingJobRecord): Promise<void> {
    const { outbox, store } = this.#options
    const change = this.#records.change(record.name, record)
    const prepared = this.#eventsOf(record).map((entry) => outbox.prepare(entry))
    await store.commit([change, ...prepared.map(({ change: kept }) => kept)])
    outbox.send(prepared.map(({ announcement }): Announcement => announcement))
  }

  #eventsOf(record: TrainingJobRecord) {
    const { faults } = this.#options
    const event = trainingEvent(record)
    const subject = { job: record.name, status: record.status }
    if (faults.take('drop-event', subject)) return []
    if (!faults.take('duplicate-event', subject)) return [event]
    return [event, { ...event, time: event.time + 1_000 }]
  }
}
