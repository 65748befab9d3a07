import { v7 } from 'uuid'
import type { Clock } from './clock.ts'

/** A new record id: a UUIDv7, 36 characters, sorts by the time of its making and cannot be guessed. */
export function newId(clock: Clock): string {
  return v7({ msecs: clock.now() })
}
