import type { Retrier } from './machine.ts'

const MOST_ATTEMPTS = 4

/** Complains about a retrier that is not explicit, not bounded, or that repeats what cannot succeed. */
export function checkRetry(retrier: Retrier, permanentErrors: ReadonlySet<string>): string[] {
  const rules: [boolean, string][] = [
    [!retrier.ErrorEquals.includes('States.ALL'), 'Retry names States.ALL instead of the transient errors'],
    [(retrier.IntervalSeconds ?? 0) >= 1, 'Retry has no IntervalSeconds of at least 1'],
    [
      (retrier.MaxAttempts ?? Number.POSITIVE_INFINITY) <= MOST_ATTEMPTS,
      `Retry has no MaxAttempts up to ${MOST_ATTEMPTS}`,
    ],
    [retrier.BackoffRate === 2, 'Retry has no BackoffRate of 2'],
    [Number.isInteger(retrier.MaxDelaySeconds), 'Retry has no MaxDelaySeconds'],
    [retrier.JitterStrategy === 'FULL', 'Retry has no full jitter'],
  ]
  const permanent = retrier.ErrorEquals.filter((name) => permanentErrors.has(name))
  return [
    ...rules.filter(([isFine]) => !isFine).map(([, complaint]) => complaint),
    ...permanent.map((name) => `Retry repeats ${name}, which is permanent`),
  ]
}
