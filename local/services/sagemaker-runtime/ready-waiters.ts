import type { Clock } from '../../clock.ts'

/** Invocations that wait for an instance of their endpoint. */
export class ReadyWaiters {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** An instance of the endpoint can take work. */
  notify(endpointName: string): void {
    for (const wake of this.#waiting.get(endpointName) ?? []) wake()
  }

  /** What `attempt` answers as soon as it is not undefined; undefined after `deadline`. */
  async until<T>(endpointName: string, attempt: () => T | undefined, deadline: number): Promise<T | undefined> {
    for (;;) {
      const found = attempt()
      if (found !== undefined || this.#clock.now() >= deadline) return found
      await this.#next(endpointName, deadline)
    }
  }

  #next(endpointName: string, deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const wakers = this.#waiting.get(endpointName) ?? new Set()
      this.#waiting.set(endpointName, wakers)
      const wake = (): void => {
        cancel()
        wakers.delete(wake)
        resolve()
      }
      const cancel = this.#clock.setTimer(deadline, wake)
      wakers.add(wake)
    })
  }
}
