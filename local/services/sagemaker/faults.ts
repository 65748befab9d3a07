import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { matchesWildcard } from '../iam/match-wildcard.ts'

export type FaultKind =
  | 'fail-creation'
  | 'fail-update'
  | 'roll-back'
  | 'drop-event'
  | 'duplicate-event'
  | 'drop-notification'
  | 'duplicate-notification'
  | 'delay-notification'
  | 'lose-output'

/** Something that shall go wrong. */
export interface Fault {
  fault: FaultKind
  /** Name of the endpoint it is for, `*` in it for any letters; any endpoint when missing. */
  endpoint?: string
  /** Events only: the status in them, e.g. `IN_SERVICE`. */
  status?: string
  /** `FailureReason` of a failed creation or update. */
  reason?: string
  /** How long a delayed notification is held back. */
  seconds?: number
  /** How often it happens; once when missing. */
  times?: number
}

/** Faults to come. */
export interface Faults {
  add(fault: Fault): void
  /** The next fault of the kind for the endpoint; it is used up by this. */
  take(kind: FaultKind, endpoint: string, status?: string): Fault | undefined
}

/** Faults that tests and people write into a JSON file (a list of `Fault`), from where each goes when it has happened. */
export function openFaults(file: string): Faults {
  const read = (): Fault[] => (existsSync(file) ? parseFaults(readFileSync(file, 'utf8')) : [])
  const write = (faults: Fault[]): void => {
    if (faults.length === 0) {
      rmSync(file, { force: true })
      return
    }
    writeFileSync(`${file}.new`, `${JSON.stringify(faults, null, 2)}\n`)
    renameSync(`${file}.new`, file)
  }
  return {
    add: (fault) => write([...read(), fault]),
    take(kind, endpoint, status) {
      const faults = read()
      const index = faults.findIndex((fault) => fault.fault === kind && concerns(fault, endpoint, status))
      const found = faults[index]
      if (found === undefined) return undefined
      const left = (found.times ?? 1) - 1
      write(faults.flatMap((fault) => (fault !== found ? [fault] : left > 0 ? [{ ...found, times: left }] : [])))
      return found
    },
  }
}

/** A file that somebody is just writing has no faults yet. */
function parseFaults(text: string): Fault[] {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? (parsed as Fault[]) : []
  } catch {
    return []
  }
}

function concerns(fault: Fault, endpoint: string, status: string | undefined): boolean {
  return matchesWildcard(fault.endpoint ?? '*', endpoint) && (fault.status === undefined || fault.status === status)
}
