import type { Clock } from '../../../clock.ts'
import { under } from '../store/keys.ts'
import type { LevelStore } from '../store/level-store.ts'

const WIDTH = 11

/** Gives out ids that grow with time, also when the clock stands still or goes back. */
export class ExecutionIds {
  readonly #clock: Clock
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Continues after the ids of earlier runs. */
  async load(store: LevelStore): Promise<void> {
    for await (const [key] of store.entries({ ...under('events\0'), reverse: true, limit: 1 }))
      this.#last = Number.parseInt(key.split('\0')[1]!, 36)
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, this.#clock.now() * 1000)
    return this.#last.toString(36).padStart(WIDTH, '0')
  }
}
