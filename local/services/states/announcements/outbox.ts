import type { Clock } from '../../../clock.ts'
import { keys, lastPart, under } from '../store/keys.ts'
import type { Change, LevelStore } from '../store/level-store.ts'
import type { EventEntry } from './status-change-event.ts'

const RETRY_AFTER_MS = 1000
const AT_ONCE = 64

/** An event with its place in the queue. */
export interface Announcement {
  sequence: number
  entry: EventEntry
}

/** Hands an entry to the default event bus; rejects when it was not taken. */
export type PublishEvent = (entry: EventEntry) => Promise<void>

/**
 * Events on their way to EventBridge. Each is written in the same batch as the change it tells of, and removed only when
 * the bus has taken it; what a crash left behind is sent again. The events of one execution stay in order.
 */
export class Outbox {
  readonly #store: LevelStore
  readonly #clock: Clock
  readonly #publish: PublishEvent
  #pending: Announcement[] = []
  #nextSequence = 1
  #sending = false
  #closed = false
  #cancelRetry: (() => void) | undefined

  constructor(store: LevelStore, clock: Clock, publish: PublishEvent) {
    this.#store = store
    this.#clock = clock
    this.#publish = publish
  }

  /** Takes up what earlier runs could not send. */
  async load(): Promise<void> {
    for await (const [key, entry] of this.#store.entries<EventEntry>(under('announcement\0'))) {
      const sequence = Number(lastPart(key))
      this.#pending.push({ sequence, entry })
      this.#nextSequence = sequence + 1
    }
    this.#start()
  }

  /** Gives an event its place; commit its change, then call `send`. */
  prepare(entry: EventEntry): { announcement: Announcement; change: Change } {
    const sequence = this.#nextSequence++
    return { announcement: { sequence, entry }, change: { key: keys.announcement(sequence), value: entry } }
  }

  /** Sends announcements whose changes are on disk. */
  send(announcements: readonly Announcement[]): void {
    this.#pending.push(...announcements)
    this.#start()
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry?.()
  }

  #start(): void {
    if (this.#sending || this.#closed || this.#cancelRetry || this.#pending.length === 0) return
    this.#sending = true
    void this.#sendAll().finally(() => {
      this.#sending = false
      this.#start()
    })
  }

  async #sendAll(): Promise<void> {
    while (this.#pending.length > 0 && !this.#closed) {
      const group = this.#pending.slice(0, AT_ONCE)
      const results = await Promise.all(byExecution(group).map((list) => this.#sendInOrder(list)))
      const sent = new Set(results.flat())
      this.#pending.splice(0, group.length, ...group.filter((announcement) => !sent.has(announcement.sequence)))
      await this.#store.commit([...sent].map((sequence) => ({ key: keys.announcement(sequence) })))
      if (sent.size < group.length) return this.#retryLater()
    }
  }

  async #sendInOrder(announcements: Announcement[]): Promise<number[]> {
    const sent: number[] = []
    for (const { sequence, entry } of announcements) {
      try {
        await this.#publish(entry)
      } catch {
        return sent
      }
      sent.push(sequence)
    }
    return sent
  }

  #retryLater(): void {
    this.#cancelRetry = this.#clock.setTimer(this.#clock.now() + RETRY_AFTER_MS, () => {
      this.#cancelRetry = undefined
      this.#start()
    })
  }
}

function byExecution(announcements: Announcement[]): Announcement[][] {
  const groups = new Map<string, Announcement[]>()
  for (const announcement of announcements) {
    const key = announcement.entry.resources[0] ?? ''
    const group = groups.get(key)
    if (group) group.push(announcement)
    else groups.set(key, [announcement])
  }
  return [...groups.values()]
}
