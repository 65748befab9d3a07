import type { Outcome } from './execution-ending.ts'
import { durationInWords } from './in-words.ts'

/** How each outcome is said of a job: in the mail's subject and in the event's type. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  Succeeded: 'succeeded',
  Failed: 'failed',
  TimedOut: 'timed out',
  Stopped: 'was stopped',
}

/** A column of names and values; values that are missing are left out with their names. */
export function factLines(facts: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const told = facts.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...told.map(([name]) => name.length))
  return told.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`)
}

/** How long a job took, in words. */
export function tookWords({ startedAt, endedAt }: { startedAt: string; endedAt?: string }): string {
  return durationInWords(startedAt, endedAt ?? startedAt)
}

/** Where to look further. */
export function linkLines(links: { self: string; execution: string }): string[] {
  return ['', `  Record     ${links.self}`, `  Execution  ${links.execution}`]
}

/** Who it is for, and who writes. */
export function signature(requestedBy: string): string[] {
  return ['', `Asked for by ${requestedBy || 'an unknown user'}. Darkroom`]
}
