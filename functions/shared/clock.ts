import { setTimeout } from 'node:timers/promises'

/** Where product code gets the time from; tests pass a fixed one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** The clock on the wall. */
export const systemClock: Clock = { now: () => Date.now() }

/** A moment as the tables keep it: ISO 8601 in UTC with milliseconds, sorts as text. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Lets milliseconds go by. */
export async function pause(milliseconds: number): Promise<void> {
  await setTimeout(milliseconds)
}
