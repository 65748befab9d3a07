import type { Clock } from '../../clock.ts'

/** How long AWS waits before it tries an asynchronous invocation again. */
const WAITS_MILLISECONDS = [60_000, 120_000]

/** Waits that a close cuts short. */
export interface RetrySchedule {
  /** Resolves when the retry after `attempt` (0 was the first try) is due; never, once the schedule is closed. */
  wait(attempt: number): Promise<void>
  close(): void
}

export function createRetrySchedule(clock: Clock): RetrySchedule {
  const cancels = new Set<() => void>()
  let isClosed = false
  return {
    wait: (attempt) =>
      new Promise((resolve) => {
        if (isClosed) return
        const wait = WAITS_MILLISECONDS[Math.min(attempt, WAITS_MILLISECONDS.length - 1)]!
        const cancel = clock.setTimer(clock.now() + wait, () => {
          cancels.delete(cancel)
          resolve()
        })
        cancels.add(cancel)
      }),
    close: () => {
      isClosed = true
      for (const cancel of cancels) cancel()
      cancels.clear()
    },
  }
}
