import { RecordCollection } from '../record-collection.ts'
import { retryDelivery } from '../retry-delivery.ts'
import { parseS3Uri } from '../s3-uri.ts'
import type { Faults } from '../sagemaker/faults.ts'
import type { Instance } from '../sagemaker/hosting/instance.ts'
import type { AsyncInference, EndpointRecord } from '../sagemaker/records.ts'
import type { LevelStore } from '../states/store/level-store.ts'
import type { AsyncRequest, ResultMessage } from './async-request.ts'
import type { RuntimeContext } from './endpoint-access.ts'
import { type AsyncOutcome, resultMessage } from './result-message.ts'
import { runAsyncRequest } from './run-async-request.ts'
import { refusalOf } from './s3-refusal.ts'

export interface AsyncQueueOptions extends RuntimeContext {
  store: LevelStore
  faults: Faults
  /** An invocation of the variant has been answered. */
  onInvoked(endpointName: string, variantName: string): void
}

/** SageMaker chooses what is best for the model; one at a time is best for one core. */
const DEFAULT_CONCURRENCY = 1

/** Writing a result or telling of it is tried this long. */
const PATIENCE = { maximumRetries: 10_000, maximumAge: 24 * 60 * 60 * 1_000 }

/**
 * The queues of all asynchronous endpoints. A request is on disk before it is accepted and leaves it when its topic
 * knows the result: what a kill interrupts is run, or told, again.
 */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions
  readonly #kept: RecordCollection<AsyncRequest>
  readonly #waiting = new Map<string, AsyncRequest[]>()
  readonly #running = new Map<string, number>()
  readonly #expiries = new Map<string, () => void>()
  readonly #closing = new AbortController()
  #sequence = 0

  constructor(options: AsyncQueueOptions) {
    this.#options = options
    this.#kept = new RecordCollection(options.store, 'request\0')
  }

  async load(): Promise<void> {
    await this.#kept.load()
    this.#sequence = Math.max(0, ...this.#kept.all().map(({ id }) => Number(id.slice(0, id.indexOf(' ')))))
  }

  /** Takes up what the last run left. */
  resume(): void {
    for (const request of this.#kept.all()) {
      if (request.result) void this.#tell(request, request.result)
      else this.#enqueue(request)
    }
  }

  /** Resolves when the request is on disk. */
  async accept(request: AsyncRequest): Promise<void> {
    this.#sequence += 1
    // The store's order is the order of arrival.
    const kept = { ...request, id: `${String(this.#sequence).padStart(12, '0')} ${request.id}` }
    await this.#kept.save(kept.id, kept)
    this.#enqueue(kept)
  }

  /** Requests of the endpoint that have no result yet. */
  backlog(endpointName: string): number {
    return (this.#waiting.get(endpointName)?.length ?? 0) + (this.#running.get(endpointName) ?? 0)
  }

  /** Hands waiting requests to instances that have a place. */
  pump(endpointName: string): void {
    const { findEndpoint } = this.#options
    const queue = this.#waiting.get(endpointName) ?? []
    while (queue.length > 0 && !this.#closing.signal.aborted) {
      const record = findEndpoint(endpointName)
      const instance = record && this.#idleInstance(record)
      if (!record?.asyncInference || !instance) return
      const request = queue.shift()!
      this.#expiries.get(request.id)?.()
      this.#expiries.delete(request.id)
      void this.#run(request, instance, record.asyncInference)
    }
  }

  /** Forgets the requests of an endpoint that is deleted, as AWS does. */
  async discard(endpointName: string): Promise<void> {
    const waiting = this.#waiting.get(endpointName) ?? []
    this.#waiting.delete(endpointName)
    for (const { id } of waiting) {
      this.#expiries.get(id)?.()
      this.#expiries.delete(id)
    }
    const left = this.#kept.all().filter((request) => request.endpointName === endpointName && !request.result)
    await this.#options.store.commit(left.map(({ id }) => this.#kept.change(id, undefined)))
  }

  close(): void {
    this.#closing.abort()
    for (const cancel of this.#expiries.values()) cancel()
  }

  #enqueue(request: AsyncRequest, { isFirst = false } = {}): void {
    const queue = this.#waiting.get(request.endpointName) ?? []
    this.#waiting.set(request.endpointName, queue)
    if (isFirst) queue.unshift(request)
    else queue.push(request)
    this.#expiries.set(
      request.id,
      this.#options.clock.setTimer(request.expiresAt, () => void this.#expire(request)),
    )
    this.pump(request.endpointName)
  }

  #idleInstance({ name, asyncInference }: EndpointRecord): Instance | undefined {
    const places = asyncInference?.maxConcurrentPerInstance ?? DEFAULT_CONCURRENCY
    const fleets = [...(this.#options.fleetsOf(name)?.values() ?? [])]
    const [first] = fleets.flatMap((fleet) => fleet.ready()).sort((a, b) => a.inFlight - b.inFlight)
    return first !== undefined && first.inFlight < places ? first : undefined
  }

  async #run(request: AsyncRequest, instance: Instance, config: AsyncInference): Promise<void> {
    const { scope, roleClients, onInvoked } = this.#options
    const { endpointName } = request
    instance.inFlight += 1
    this.#running.set(endpointName, (this.#running.get(endpointName) ?? 0) + 1)
    let outcome: AsyncOutcome | undefined
    // Without S3 there is neither an input nor a result: the request stays where it is until S3 answers.
    await this.#persist(async () => {
      outcome = await runAsyncRequest(request, { instance, clients: roleClients(request.roleArn), scope })
    })
    instance.inFlight -= 1
    if (!outcome) this.#enqueue(request, { isFirst: true })
    this.pump(endpointName)
    if (outcome) {
      onInvoked(endpointName, instance.variantName)
      await this.#conclude(request, outcome, config)
    }
    this.#running.set(endpointName, (this.#running.get(endpointName) ?? 1) - 1)
  }

  async #expire(request: AsyncRequest): Promise<void> {
    const queue = this.#waiting.get(request.endpointName) ?? []
    const index = queue.indexOf(request)
    const config = this.#options.findEndpoint(request.endpointName)?.asyncInference
    if (index < 0 || config === undefined) return
    queue.splice(index, 1)
    this.#expiries.delete(request.id)
    const seconds = (request.expiresAt - request.receivedAt) / 1_000
    const reason = `ClientError: The request expired: it has waited in the queue for longer than RequestTTLSeconds (${seconds}).`
    await this.#conclude(request, { status: 'Failed', reason }, config)
  }

  /** Puts the result into S3, then keeps what is to be told, then tells it. */
  async #conclude(request: AsyncRequest, outcome: AsyncOutcome, config: AsyncInference): Promise<void> {
    // An invocation is over when its container is stopped with the stack; the next run asks again.
    if (this.#closing.signal.aborted || !this.#kept.find(request.id)) return
    const { scope, clock } = this.#options
    let final = outcome
    await this.#persist(async () => {
      final = await this.#store(request, outcome)
    })
    if (this.#closing.signal.aborted || !this.#kept.find(request.id)) return
    const result = resultMessage(request, final, { config, region: scope.region, now: clock.now() })
    const done = { ...request, result }
    await this.#kept.save(request.id, done)
    await this.#tell(done, result)
  }

  async #store(request: AsyncRequest, outcome: AsyncOutcome): Promise<AsyncOutcome> {
    const isCompleted = outcome.status === 'Completed'
    const location = isCompleted ? request.outputLocation : request.failureLocation
    if (location === undefined || (isCompleted && this.#options.faults.take('lose-output', request.endpointName)))
      return outcome
    const body = outcome.body ?? Buffer.from(isCompleted ? '' : outcome.reason)
    const contentType = outcome.contentType ?? 'text/plain'
    try {
      const clients = this.#options.roleClients(request.roleArn)
      await clients.writeObject(parseS3Uri(location), { body, contentType })
      return outcome
    } catch (error) {
      const reason = `ClientError: Failed to upload data to ${location}: ${refusalOf(error)}`
      return isCompleted ? { status: 'Failed', reason } : outcome
    }
  }

  async #tell(request: AsyncRequest, { topicArn, message }: ResultMessage): Promise<void> {
    const { faults, clock, roleClients } = this.#options
    const { endpointName } = request
    const delay = faults.take('delay-notification', endpointName)
    if (delay) await new Promise<void>((resolve) => clock.setTimer(clock.now() + (delay.seconds ?? 0) * 1_000, resolve))
    const isDropped = topicArn === undefined || faults.take('drop-notification', endpointName) !== undefined
    const copies = isDropped ? 0 : faults.take('duplicate-notification', endpointName) ? 2 : 1
    const publish = () => roleClients(request.roleArn).publish(topicArn!, message).catch(ignoreRefusal)
    for (let copy = 0; copy < copies; copy += 1) await this.#persist(publish)
    if (!this.#closing.signal.aborted) await this.#kept.remove(request.id)
  }

  /** Tries until the stack answers; never resolves once it is closing. */
  async #persist(attempt: () => Promise<unknown>): Promise<void> {
    await retryDelivery(attempt, { ...PATIENCE, clock: this.#options.clock, signal: this.#closing.signal })
  }
}

/** A topic that the role may not use, or that is gone, will not do better the next time. */
function ignoreRefusal(error: unknown): void {
  refusalOf(error)
}
