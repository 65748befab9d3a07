import type { Clock } from '../../../clock.ts'
import type { HostingTimes, Instance } from './instance.ts'

export interface FleetOptions {
  variantName: string
  createInstance(): Instance
  clock: Clock
  times: HostingTimes
  /** Frees what the instances shared. */
  release(): void
}

/** The instances of one variant. */
export class Fleet {
  readonly variantName: string
  readonly #options: FleetOptions
  readonly #instances = new Set<Instance>()
  readonly #leaving = new Set<Promise<void>>()
  #isClosed = false
  #isHurried = false

  constructor(options: FleetOptions) {
    this.#options = options
    this.variantName = options.variantName
  }

  /** Instances there are, healthy or not. */
  get size(): number {
    return this.#instances.size
  }

  /** Those that can take an invocation, the least busy first. */
  ready(): Instance[] {
    return [...this.#instances].filter(({ port }) => port !== undefined).sort((a, b) => a.inFlight - b.inFlight)
  }

  /** Starts or stops instances; resolves when as many as wanted are healthy, rejects with `HostingFailure` (and then keeps the healthy ones). */
  async resize(count: number): Promise<void> {
    const surplus = [...this.#instances]
      .sort((a, b) => a.inFlight - b.inFlight)
      .slice(0, Math.max(0, this.size - count))
    for (const instance of surplus) this.#letGo(instance, { drain: true })
    const missing = Math.max(0, count - this.size)
    await Promise.all(Array.from({ length: missing }, () => this.#add()))
  }

  /** Stops everything, after `drain` only when nothing is under way. */
  async close({ drain = false } = {}): Promise<void> {
    this.#isClosed = true
    this.#isHurried = !drain
    for (const instance of [...this.#instances]) this.#letGo(instance, { drain })
    await Promise.all(this.#leaving)
    this.#options.release()
  }

  async #add(): Promise<void> {
    if (this.#isClosed) return
    const instance = this.#options.createInstance()
    this.#instances.add(instance)
    try {
      await instance.bringUp()
    } catch (error) {
      this.#letGo(instance, { drain: false })
      throw error
    }
  }

  #letGo(instance: Instance, { drain }: { drain: boolean }): void {
    if (!this.#instances.delete(instance)) return
    const leaving = this.#retire(instance, drain).finally(() => this.#leaving.delete(leaving))
    this.#leaving.add(leaving)
  }

  async #retire(instance: Instance, drain: boolean): Promise<void> {
    const { clock, times } = this.#options
    const deadline = clock.now() + (drain ? times.drain : 0)
    while (instance.inFlight > 0 && clock.now() < deadline && !this.#isHurried)
      await new Promise<void>((resolve) => clock.setTimer(clock.now() + times.pingInterval, resolve))
    await instance.stop()
  }
}
