import type { Clock } from '../clock.ts'
import { ServiceError } from '../http/service-error.ts'

export interface RetryPolicy {
  clock: Clock
  /** After the first attempt. */
  maximumRetries: number
  /** Milliseconds since the first attempt after which nothing is tried again. */
  maximumAge: number
  /** Ends the waiting; the delivery then stays open, to be taken up after a restart. */
  signal: AbortSignal
}

const FIRST_WAIT = 1_000
const LONGEST_WAIT = 60_000

/** Errors that the next attempt would meet again. */
const PERMANENT = new Set(['AccessDeniedError', 'AccessDeniedException', 'ResourceNotFoundException'])

/**
 * Tries until `attempt` resolves, waiting twice as long every time. Resolves to undefined once delivered and to the last
 * error when there is no point in going on; never settles after `signal` is aborted.
 */
export async function retryDelivery(attempt: () => Promise<unknown>, policy: RetryPolicy): Promise<unknown> {
  const { clock, maximumRetries, maximumAge } = policy
  const startedAt = clock.now()
  for (let retries = 0; ; retries += 1) {
    try {
      await attempt()
      return undefined
    } catch (thrown) {
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** retries)
      const isLate = clock.now() + wait - startedAt > maximumAge
      if (isPermanent(thrown) || retries >= maximumRetries || isLate) return thrown ?? new Error('Delivery failed')
      await waitUntil(clock.now() + wait, policy)
    }
  }
}

function isPermanent(thrown: unknown): boolean {
  if (thrown instanceof ServiceError) return thrown.statusCode < 500
  return thrown instanceof Error && PERMANENT.has(thrown.name)
}

function waitUntil(dueAt: number, { clock, signal }: RetryPolicy): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return
    const cancel = clock.setTimer(dueAt, () => {
      signal.removeEventListener('abort', cancel)
      resolve()
    })
    signal.addEventListener('abort', cancel, { once: true })
  })
}
