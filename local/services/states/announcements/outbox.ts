import type { Clock } from '../../../clock.ts'
import { keys, lastPart, under } from '../store/keys.ts'
import type { Change, LevelStore } from '../store/level-store.ts'
import type { EventEntry } from './status-change-event.ts'

const RETRY_AFTER_MS = 1000

/** An event with its place in the queue. */
export interface Announcement {
  sequence: number
  entry: EventEntry
}

/** Hands an entry to the default event bus; rejects when it was not taken. */
export type PublishEvent = (entry: EventEntry) => Promise<void>

/**
 * Events on their way to EventBridge. Each is written in the same batch as the change it tells of, and removed only when
 * the bus has taken it; what a crash left behind is sent again. The events of one execution stay in order, those of
 * different executions do not wait for each other.
 */
export class Outbox {
  readonly #store: LevelStore
  readonly #clock: Clock
  readonly #publish: PublishEvent
  /** What is still to be sent of each execution; the first one is under way. */
  readonly #queues = new Map<string, Announcement[]>()
  readonly #retries = new Set<() => void>()
  readonly #left: Announcement[] = []
  #nextSequence = 1
  #closed = false

  constructor(store: LevelStore, clock: Clock, publish: PublishEvent) {
    this.#store = store
    this.#clock = clock
    this.#publish = publish
  }

  /** Reads what earlier runs could not send; `resume` sends it. */
  async load(): Promise<void> {
    for await (const [key, entry] of this.#store.entries<EventEntry>(under('announcement\0')))
      this.#left.push({ sequence: Number(lastPart(key)), entry })
    this.#nextSequence = (this.#left.at(-1)?.sequence ?? 0) + 1
  }

  /** Sends what earlier runs could not. */
  resume(): void {
    this.send(this.#left.splice(0))
  }

  /** Gives an event its place; commit its change, then call `send`. */
  prepare(entry: EventEntry): { announcement: Announcement; change: Change } {
    const sequence = this.#nextSequence++
    return { announcement: { sequence, entry }, change: { key: keys.announcement(sequence), value: entry } }
  }

  /** Sends announcements whose changes are on disk. */
  send(announcements: readonly Announcement[]): void {
    for (const announcement of announcements) {
      const execution = announcement.entry.resources[0] ?? ''
      const queue = this.#queues.get(execution)
      if (queue) queue.push(announcement)
      else {
        this.#queues.set(execution, [announcement])
        void this.#sendNext(execution)
      }
    }
  }

  close(): void {
    this.#closed = true
    for (const cancel of this.#retries) cancel()
  }

  async #sendNext(execution: string): Promise<void> {
    const queue = this.#queues.get(execution)
    const [announcement] = queue ?? []
    if (this.#closed) return
    if (!queue || !announcement) {
      this.#queues.delete(execution)
      return
    }
    try {
      await this.#publish(announcement.entry)
      if (this.#closed) return
      await this.#store.commit([{ key: keys.announcement(announcement.sequence) }])
    } catch {
      return this.#retryLater(execution)
    }
    queue.shift()
    await this.#sendNext(execution)
  }

  #retryLater(execution: string): void {
    const cancel = this.#clock.setTimer(this.#clock.now() + RETRY_AFTER_MS, () => {
      this.#retries.delete(cancel)
      void this.#sendNext(execution)
    })
    this.#retries.add(cancel)
  }
}
