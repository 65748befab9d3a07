import type { Faults } from '../faults.ts'
import type { Fleet } from '../hosting/fleet.ts'
import type { Fleets, Hosting } from '../hosting/hosting.ts'
import { HostingFailure } from '../hosting/hosting-failure.ts'
import type { Deployment, EndpointRecord } from '../records.ts'
import type { EndpointBook } from './endpoint-book.ts'

export interface LifecycleOptions {
  book: EndpointBook
  hosting: Hosting
  faults: Faults
  /** Why a deployment cannot work, before anything is started; undefined when nothing is known against it. */
  objection(deployment: Deployment): string | undefined
  /** The endpoint is no more. */
  onRemoved(endpointName: string): Promise<void>
}

const FAULT_REASON =
  'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.'

/** Takes endpoints from one status to the next; at most one change of an endpoint is under way. */
export class EndpointLifecycle {
  readonly #options: LifecycleOptions
  readonly #fleets = new Map<string, Fleets>()
  /** Replaced ones that finish what they do. */
  readonly #retiring = new Set<Fleets>()
  readonly #jobs = new Set<Promise<void>>()
  #isClosed = false

  constructor(options: LifecycleOptions) {
    this.#options = options
  }

  /** What the endpoint runs now. */
  fleetsOf(endpointName: string): Fleets | undefined {
    return this.#fleets.get(endpointName)
  }

  /** `record` is new and in status Creating. */
  async create(record: EndpointRecord): Promise<void> {
    const creating = await this.#options.book.enter(record)
    this.#run(() => this.#bringUp(creating))
  }

  /** To another configuration, whose instances take over when they are healthy. */
  async update(record: EndpointRecord, next: Deployment): Promise<void> {
    const { failureReason: _, ...rest } = record
    const updating = await this.#options.book.enter({ ...rest, status: 'Updating', next })
    this.#run(() => this.#replace(updating, next))
  }

  /** The same instances with other counts and weights. */
  async resize(record: EndpointRecord, next: Deployment): Promise<void> {
    const { failureReason: _, ...rest } = record
    const updating = await this.#options.book.enter({ ...rest, status: 'Updating', next })
    this.#run(() => this.#adjust(updating, next))
  }

  async remove(record: EndpointRecord): Promise<void> {
    const deleting = await this.#options.book.enter({ ...record, status: 'Deleting' })
    this.#run(() => this.#takeDown(deleting))
  }

  /** Goes on with what the last run left. */
  resume(): void {
    for (const record of this.#options.book.all()) this.#run(() => this.#resumeOne(record))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#fleets.values(), ...this.#retiring].map((fleets) => closeAll(fleets)))
    await Promise.all(this.#jobs)
  }

  #run(job: () => Promise<void>): void {
    const running = job()
      .catch((error: unknown) => {
        // What fails because the stack is closing is taken up by the next run.
        if (!this.#isClosed)
          process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error))
      })
      .finally(() => this.#jobs.delete(running))
    this.#jobs.add(running)
  }

  async #resumeOne(record: EndpointRecord): Promise<void> {
    const { book } = this.#options
    if (record.status === 'Failed') return
    if (record.status === 'Deleting') return this.#takeDown(record)
    if (record.status === 'Creating') return this.#bringUp(record)
    // Serves with what it had, as on AWS, where a restart of this process does not exist.
    const reason = await this.#failureOf('fail-creation', record, () => this.#startFleets(record))
    if (this.#isClosed) return
    if (reason !== undefined) return this.#fail(record.name, reason)
    if (record.status === 'Updating' && record.next) return this.#replace(record, record.next)
    if (record.status !== 'InService') await book.enter({ ...withoutNext(record), status: 'InService' })
  }

  async #bringUp(record: EndpointRecord): Promise<void> {
    const { book, faults } = this.#options
    const rollBack = faults.take('roll-back', record.name)
    const reason = rollBack
      ? (rollBack.reason ?? FAULT_REASON)
      : await this.#failureOf('fail-creation', record, () => this.#startFleets(record))
    if (this.#isClosed) return
    if (reason === undefined) return void (await book.enter({ ...record, status: 'InService' }))
    if (rollBack) await book.enter({ ...record, status: 'RollingBack', failureReason: reason })
    await this.#fail(record.name, reason)
  }

  async #fail(name: string, failureReason: string): Promise<void> {
    await this.#stopFleets(name)
    const record = this.#options.book.find(name)
    if (record) await this.#options.book.enter({ ...withoutNext(record), status: 'Failed', failureReason })
  }

  async #replace(record: EndpointRecord, next: Deployment): Promise<void> {
    const { book, hosting } = this.#options
    const fleets = hosting.createFleets(record.name, next)
    const reason = await this.#failureOf('fail-update', { ...record, ...next }, () => resizeAll(fleets, next))
    if (this.#isClosed) return closeAll(fleets)
    if (reason !== undefined) {
      void closeAll(fleets)
      return this.#rollBack(record, reason)
    }
    const old = this.#fleets.get(record.name)
    this.#fleets.set(record.name, fleets)
    await book.enter({ ...withoutNext(record), ...next, status: 'InService' })
    if (old) await this.#retire(old)
  }

  async #retire(fleets: Fleets): Promise<void> {
    this.#retiring.add(fleets)
    await closeAll(fleets, { drain: !this.#isClosed })
    this.#retiring.delete(fleets)
  }

  async #adjust(record: EndpointRecord, next: Deployment): Promise<void> {
    const { book } = this.#options
    const fleets = this.#fleets.get(record.name) ?? new Map<string, Fleet>()
    const reason = await this.#failureOf('fail-update', { ...record, ...next }, () => resizeAll(fleets, next))
    if (this.#isClosed) return
    if (reason === undefined) return void (await book.enter({ ...withoutNext(record), ...next, status: 'InService' }))
    await resizeAll(fleets, record).catch(() => undefined)
    await this.#rollBack(record, reason)
  }

  async #rollBack(record: EndpointRecord, failureReason: string): Promise<void> {
    const { book } = this.#options
    const rolling = await book.enter({ ...withoutNext(record), status: 'RollingBack', failureReason })
    await book.enter({ ...rolling, status: 'InService' })
  }

  async #takeDown(record: EndpointRecord): Promise<void> {
    await this.#stopFleets(record.name)
    if (this.#isClosed) return
    await this.#options.onRemoved(record.name)
    await this.#options.book.remove(record)
  }

  async #startFleets(record: EndpointRecord): Promise<void> {
    const fleets = this.#options.hosting.createFleets(record.name, record)
    this.#fleets.set(record.name, fleets)
    if (!this.#isClosed) await resizeAll(fleets, record)
  }

  async #stopFleets(name: string): Promise<void> {
    const fleets = this.#fleets.get(name)
    this.#fleets.delete(name)
    if (fleets) await closeAll(fleets)
  }

  /** Why the work on a deployment failed; undefined when it did not. */
  async #failureOf(
    fault: 'fail-creation' | 'fail-update',
    record: EndpointRecord,
    work: () => Promise<void>,
  ): Promise<string | undefined> {
    const injected = this.#options.faults.take(fault, record.name)
    if (injected) return injected.reason ?? FAULT_REASON
    const objection = this.#options.objection(record)
    if (objection !== undefined) return objection
    try {
      await work()
      return undefined
    } catch (error) {
      if (error instanceof HostingFailure) return error.message
      return `Request to service failed. If failure persists after retry, contact customer support. (${String(error)})`
    }
  }
}

function withoutNext({ next: _, ...record }: EndpointRecord): EndpointRecord {
  return record
}

async function resizeAll(fleets: Fleets, { variants }: Deployment): Promise<void> {
  await Promise.all(variants.map(({ name, desiredCount }) => fleets.get(name)?.resize(desiredCount)))
}

async function closeAll(fleets: Fleets, options: { drain?: boolean } = {}): Promise<void> {
  await Promise.all([...fleets.values()].map((fleet) => fleet.close(options)))
}
