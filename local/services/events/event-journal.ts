import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BusEvent } from './event.ts'

/** An event, where it went, and who delivers it again after a crash. */
export interface JournalEntry {
  event: BusEvent
  bus: string
  /** The publisher has no outbox of its own: what is not delivered is taken up after a restart. */
  isOwed: boolean
}

export interface EventJournal {
  /** On disk when it returns. */
  record(entry: JournalEntry): void
  /** All targets have the event, or never will. */
  settle(event: BusEvent): void
  /** Events a crash kept from their targets, oldest first. */
  owed(): JournalEntry[]
  /** The last thousand, newest first. */
  recent(): JournalEntry[]
}

const KEPT = 1_000

/** Lines after which the file is written anew. */
const COMPACT_AFTER = 10 * KEPT

/** The events of the laptop in `events.jsonl`: for people to read, and for taking up deliveries after a crash. */
export function openEventJournal(dataDirectory: string): EventJournal {
  mkdirSync(dataDirectory, { recursive: true })
  const file = join(dataDirectory, 'events.jsonl')
  const owed = new Map<string, JournalEntry>()
  let recent: JournalEntry[] = []
  let lines = 0

  const apply = (line: JournalLine): void => {
    if ('settled' in line) owed.delete(line.settled)
    else {
      recent.push(line)
      if (line.isOwed) owed.set(line.event.id, line)
      if (recent.length > 2 * KEPT) recent = recent.slice(-KEPT)
    }
  }
  const compact = (): void => {
    const settled = recent.slice(-KEPT).filter(({ event }) => !owed.has(event.id))
    const kept = [...settled.map((entry) => ({ ...entry, isOwed: false })), ...owed.values()]
    writeFileSync(`${file}.new`, kept.map((entry) => `\n${JSON.stringify(entry)}`).join(''))
    renameSync(`${file}.new`, file)
    lines = kept.length
  }
  const append = (line: JournalLine): void => {
    apply(line)
    // The leading line break ends a line that a kill may have torn.
    appendFileSync(file, `\n${JSON.stringify(line)}`)
    lines += 1
    if (lines > COMPACT_AFTER + owed.size) compact()
  }
  for (const line of readLines(file)) apply(line)
  compact()
  return {
    record: (entry) => append(entry),
    settle: ({ id }) => {
      if (owed.has(id)) append({ settled: id })
    },
    owed: () => [...owed.values()],
    recent: () => recent.slice(-KEPT).reverse(),
  }
}

type JournalLine = JournalEntry | { settled: string }

function readLines(file: string): JournalLine[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as JournalLine]
      } catch {
        return []
      }
    })
}
