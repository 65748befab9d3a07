import type { Clock } from '../../../local/clock.ts'

export interface ManualClock extends Clock {
  /** Moves on, firing what comes due in order. */
  advance(milliseconds: number): void
  /** How many timers wait. */
  pending(): number
}

/** A clock that stands until told to go on. */
export function createManualClock(start = Date.UTC(2026, 10, 20)): ManualClock {
  let now = start
  const timers = new Set<{ dueAt: number; fire: () => void }>()
  return {
    now: () => now,
    setTimer(dueAt, fire) {
      const timer = { dueAt, fire }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.dueAt)
        next.fire()
      }
      now = end
    },
    pending: () => timers.size,
  }
}
