import type { Json, JsonObject } from '../contract.ts'
import { matchesError } from './error-equals.ts'
import type { StateError } from './state-error.ts'

/** One retrier of a Retry field, defaults filled in. */
export interface Retrier {
  readonly errorEquals: readonly string[]
  readonly intervalSeconds: number
  readonly maxAttempts: number
  readonly backoffRate: number
  readonly maxDelaySeconds: number | undefined
  readonly jitterStrategy: 'FULL' | 'NONE'
}

/** The longest delay between two attempts when MaxDelaySeconds does not say less. */
const LONGEST_DELAY_SECONDS = 31_622_400

export function compileRetry(retry: Json | undefined): readonly Retrier[] {
  return ((retry ?? []) as readonly JsonObject[]).map((retrier) => ({
    errorEquals: retrier.ErrorEquals as readonly string[],
    intervalSeconds: (retrier.IntervalSeconds as number | undefined) ?? 1,
    maxAttempts: (retrier.MaxAttempts as number | undefined) ?? 3,
    backoffRate: (retrier.BackoffRate as number | undefined) ?? 2,
    maxDelaySeconds: retrier.MaxDelaySeconds as number | undefined,
    jitterStrategy: (retrier.JitterStrategy as 'FULL' | 'NONE' | undefined) ?? 'NONE',
  }))
}

export interface Retry {
  /** Which retrier spends an attempt. */
  readonly index: number
  readonly delaySeconds: number
}

/** The first retrier that names the error decides: its next delay, or undefined when its attempts are spent. `attempts` counts per retrier. */
export function decideRetry(
  retriers: readonly Retrier[],
  error: StateError,
  { attempts, random }: { attempts: readonly number[]; random: () => number },
): Retry | undefined {
  const index = retriers.findIndex((retrier) => matchesError(retrier.errorEquals, error))
  const retrier = retriers[index]
  const spent = attempts[index] ?? 0
  if (retrier === undefined || spent >= retrier.maxAttempts) return undefined
  const delay = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** spent,
    retrier.maxDelaySeconds ?? LONGEST_DELAY_SECONDS,
  )
  return { index, delaySeconds: retrier.jitterStrategy === 'FULL' ? delay * random() : delay }
}
