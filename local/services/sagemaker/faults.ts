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
  | 'capacity'
  | 'interrupt'
  | 'fail-training'

/** Something that shall go wrong. */
export interface Fault {
  fault: FaultKind
  /** Name of the endpoint it is for, `*` in it for any letters; any endpoint when missing. */
  endpoint?: string
  /** Name of the training job it is for, likewise. */
  job?: string
  /** `capacity` only: the instance type there is none of, likewise. */
  instanceType?: string
  /** Events only: the status in them, e.g. `IN_SERVICE` or `Completed`. */
  status?: string
  /** `FailureReason` of a failed creation, update or training. */
  reason?: string
  /** How long a delayed notification is held back, a spot instance trains before it is interrupted, or instances are missing. */
  seconds?: number
  /** How often it happens; once when missing. */
  times?: number
}

/** What a fault may befall. */
export type Subject = Pick<Fault, 'endpoint' | 'job' | 'instanceType' | 'status'>

/** Faults to come. */
export interface Faults {
  add(fault: Fault): void
  /** The next fault of the kind for the endpoint of that name, or for another subject; it is used up by this. */
  take(kind: FaultKind, endpoint: string | Subject, status?: string): Fault | undefined
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
      const subject = typeof endpoint === 'string' ? { endpoint, ...(status !== undefined && { status }) } : endpoint
      const index = faults.findIndex((fault) => fault.fault === kind && concerns(fault, subject))
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

function concerns(fault: Fault, subject: Subject): boolean {
  const isNamed = (name: (typeof NAMES)[number]): boolean => {
    const [pattern, given] = [fault[name], subject[name]]
    return pattern === undefined || (given !== undefined && matchesWildcard(pattern, given))
  }
  return NAMES.every(isNamed) && (fault.status === undefined || fault.status === subject.status)
}

const NAMES = ['endpoint', 'job', 'instanceType'] as const
