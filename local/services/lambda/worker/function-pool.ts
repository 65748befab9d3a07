import type { Clock } from '../../../clock.ts'
import type { FunctionWorker } from './function-worker.ts'

/** After this long unused a worker is let go, as AWS lets go of a sandbox. */
const IDLE_MILLISECONDS = 5 * 60_000

/** An event that has waited this long starts above the cap, so that functions which wait for each other never lock up. */
const LONGEST_WAIT_MILLISECONDS = 30_000

export interface FunctionPoolOptions {
  /** How many workers may be busy at once. */
  cap: number
  clock: Clock
  start(): Promise<FunctionWorker>
  /** Whether a worker's credentials are still good for one more event. */
  isFresh(worker: FunctionWorker): boolean
}

interface Idle {
  worker: FunctionWorker
  cancelTimer(): void
}

/**
 * The warm workers of one function. Up to `cap` answer at once; further events wait in order. Each function has a pool of its own,
 * so that many events for one never hold up another.
 */
export class FunctionPool {
  readonly #options: FunctionPoolOptions
  readonly #all = new Set<FunctionWorker>()
  /** The last used one is last, and taken first. */
  readonly #idle: Idle[] = []
  /** Waiting events in order, each with what cancels its timer. */
  readonly #waiting = new Map<() => void, () => void>()
  #isClosed = false
  #busy = 0

  constructor(options: FunctionPoolOptions) {
    this.#options = options
  }

  /** Runs `work` with a worker of its own; `aboveCap` does not wait for a place. */
  async use<T>(work: (worker: FunctionWorker) => Promise<T>, { aboveCap }: { aboveCap: boolean }): Promise<T> {
    if (!aboveCap && this.#busy >= this.#options.cap) await this.#place()
    else this.#busy += 1
    try {
      const worker = await this.#take()
      const result = await work(worker)
      this.#putBack(worker)
      return result
    } finally {
      this.#leave()
    }
  }

  /** Has one loaded worker waiting. */
  async warm(): Promise<void> {
    if (this.#all.size > 0) return
    const worker = await this.#start()
    await worker.loaded
    this.#putBack(worker)
  }

  /** Stops every worker; events that are being answered or wait stay unanswered. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const cancelTimer of this.#waiting.values()) cancelTimer()
    this.#waiting.clear()
    for (const { cancelTimer } of this.#idle.splice(0)) cancelTimer()
    await Promise.all([...this.#all].map((worker) => worker.terminate()))
  }

  #place(): Promise<void> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      const enter = (): void => {
        this.#waiting.get(enter)?.()
        this.#waiting.delete(enter)
        this.#busy += 1
        resolve()
      }
      this.#waiting.set(enter, clock.setTimer(clock.now() + LONGEST_WAIT_MILLISECONDS, enter))
    })
  }

  #leave(): void {
    this.#busy -= 1
    const [next] = this.#waiting.keys()
    if (next !== undefined && this.#busy < this.#options.cap) next()
  }

  async #take(): Promise<FunctionWorker> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      idle.cancelTimer()
      if (idle.worker.isAlive && this.#options.isFresh(idle.worker)) return idle.worker
      this.#drop(idle.worker)
    }
    return await this.#start()
  }

  async #start(): Promise<FunctionWorker> {
    const worker = await this.#options.start()
    this.#all.add(worker)
    if (this.#isClosed) await worker.terminate()
    return worker
  }

  #putBack(worker: FunctionWorker): void {
    if (!worker.isAlive || this.#isClosed) {
      this.#drop(worker)
      return
    }
    const { clock } = this.#options
    const cancelTimer = clock.setTimer(clock.now() + IDLE_MILLISECONDS, () => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.worker === worker),
        1,
      )
      this.#drop(worker)
    })
    this.#idle.push({ worker, cancelTimer })
  }

  #drop(worker: FunctionWorker): void {
    this.#all.delete(worker)
    void worker.terminate()
  }
}
