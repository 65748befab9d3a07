import type { Clock } from '../../../clock.ts'
import { RecordCollection } from '../../record-collection.ts'
import type { Announcement, Outbox } from '../../states/announcements/outbox.ts'
import type { Change, LevelStore } from '../../states/store/level-store.ts'
import type { Faults } from '../faults.ts'
import type { EndpointRecord, EndpointStatus } from '../records.ts'
import { eventStatus, stateChangeEvent } from './state-change-event.ts'

export interface EndpointBookOptions {
  store: LevelStore
  outbox: Outbox
  faults: Faults
  clock: Clock
}

/** All endpoints; every change of a status is on disk together with the event that tells of it. */
export class EndpointBook {
  readonly #options: EndpointBookOptions
  readonly #records: RecordCollection<EndpointRecord>

  constructor(options: EndpointBookOptions) {
    this.#options = options
    this.#records = new RecordCollection(options.store, 'endpoint\0')
  }

  load(): Promise<void> {
    return this.#records.load()
  }

  find(name: string): EndpointRecord | undefined {
    return this.#records.find(name)
  }

  all(): EndpointRecord[] {
    return this.#records.all()
  }

  /** Keeps a change that no event tells of. */
  save(record: EndpointRecord): Promise<void> {
    return this.#records.save(record.name, record)
  }

  /** Keeps the record in its new status and sends the event. */
  async enter(record: EndpointRecord): Promise<EndpointRecord> {
    // Tags may have changed while a job was under way with an older record.
    const tags = this.find(record.name)?.tags ?? record.tags
    const changed = { ...record, tags, modifiedAt: this.#now(record) }
    await this.#announce(changed, changed.status, this.#records.change(record.name, changed))
    return changed
  }

  async remove(record: EndpointRecord): Promise<void> {
    const gone = { ...record, modifiedAt: this.#now(record) }
    await this.#announce(gone, 'Deleted', this.#records.change(record.name, undefined))
  }

  /** Two changes of an endpoint never have the same time, or their events could not be told apart. */
  #now({ modifiedAt }: EndpointRecord): number {
    return Math.max(this.#options.clock.now(), modifiedAt + 1)
  }

  async #announce(record: EndpointRecord, status: EndpointStatus | 'Deleted', change: Change): Promise<void> {
    const { outbox, store } = this.#options
    const prepared = this.#eventsOf(record, status).map((entry) => outbox.prepare(entry))
    await store.commit([change, ...prepared.map(({ change: kept }) => kept)])
    outbox.send(prepared.map(({ announcement }): Announcement => announcement))
  }

  #eventsOf(record: EndpointRecord, status: EndpointStatus | 'Deleted') {
    const { faults } = this.#options
    const event = stateChangeEvent(record, status)
    if (faults.take('drop-event', record.name, eventStatus(status))) return []
    if (!faults.take('duplicate-event', record.name, eventStatus(status))) return [event]
    return [event, { ...event, time: event.time + 1_000 }]
  }
}
