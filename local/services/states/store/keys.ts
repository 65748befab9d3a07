/**
 * The layout of the store. `\0` ends every variable part but the last, so that no name is a prefix of another's range.
 * Execution ids grow with time and have a fixed length: a range over them is in order of start.
 */
export const keys = {
  machine: (machineArn: string) => `machine\0${machineArn}`,
  definition: (hash: string) => `definition\0${hash}`,
  activity: (activityArn: string) => `activity\0${activityArn}`,
  execution: (executionArn: string) => `execution\0${executionArn}`,
  /** Lists executions of a machine, version, alias or Map Run by start time. */
  listed: (ownerArn: string, executionId: string) => `listed\0${ownerArn}\0${executionId}`,
  /** Executions to be rebuilt when the process starts. */
  running: (executionId: string) => `running\0${executionId}`,
  payload: (executionId: string, part: 'input' | 'output') => `payload\0${executionId}\0${part}`,
  journalOf: (executionId: string) => `journal\0${executionId}`,
  journal: (executionId: string, sequence: number) => `journal\0${executionId}\0${ordinal(sequence)}`,
  eventsOf: (executionId: string) => `events\0${executionId}`,
  /** Events in runs; the key carries the id of the first one. */
  events: (executionId: string, firstEventId: number) => `events\0${executionId}\0${ordinal(firstEventId)}`,
  mapRun: (mapRunArn: string) => `mapRun\0${mapRunArn}`,
  mapRunsOf: (executionArn: string) => `mapRunOf\0${executionArn}`,
  mapRunOf: (executionArn: string, mapRunArn: string) => `mapRunOf\0${executionArn}\0${mapRunArn}`,
  announcement: (sequence: number) => `announcement\0${ordinal(sequence)}`,
} as const

/** Digits that sort as text. */
function ordinal(value: number): string {
  return String(value).padStart(16, '0')
}

/** The range of all keys that begin with `prefix`. */
export function under(prefix: string): { gte: string; lt: string } {
  return { gte: prefix, lt: `${prefix}\u{10ffff}` }
}

/** The part of a key after its last separator. */
export function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('\0') + 1)
}
