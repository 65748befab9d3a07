import type { Clock } from '../../local/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on, firing timers in order and letting promises run before, between and after them. */
  advance(milliseconds: number): Promise<void>
  /** How many timers wait. */
  pending(): number
}

/** A clock that stands still until told. */
export function createManualClock(start = Date.UTC(2026, 10, 20)): ManualClock {
  let now = start
  const timers = new Set<{ dueAt: number; fire: () => void }>()
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => now,
    setTimer(dueAt, fire) {
      const timer = { dueAt, fire }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(milliseconds) {
      const end = now + milliseconds
      await settle()
      for (;;) {
        const [next] = [...timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.dueAt)
        next.fire()
        await settle()
      }
      now = end
    },
    pending: () => timers.size,
  }
}
