import type { HistoryEvent, Input, Outcome } from '../../../interpreter/contract.ts'
import { keys } from '../store/keys.ts'
import type { Change } from '../store/level-store.ts'
import type { ActiveExecution } from './active-execution.ts'
import { type ExecutionRecord, type JournalledStart, listOwners } from './execution-record.ts'

/** What the start of an execution puts on disk. */
export function startChanges(active: ActiveExecution, start: JournalledStart): Change[] {
  const { record, durability } = active
  if (durability === 'none') return []
  const always = [
    { key: keys.execution(record.arn), value: record },
    { key: keys.running(record.id), value: record.arn },
    { key: keys.journal(record.id, 0), value: start },
  ]
  if (durability === 'untilEnd') return always
  return [
    ...always,
    { key: keys.payload(record.id, 'input'), value: start.input },
    ...listOwners(record).map((owner) => ({ key: keys.listed(owner, record.id), value: record.arn })),
  ]
}

/** What an input puts on disk. */
export function inputChanges(active: ActiveExecution, input: Input): Change[] {
  const { record, durability, journalLength } = active
  if (durability === 'none') return []
  const journalled = { key: keys.journal(record.id, journalLength), value: input }
  if (input.kind !== 'redrive') return [journalled]
  return [
    journalled,
    { key: keys.execution(record.arn), value: record },
    { key: keys.running(record.id), value: record.arn },
  ]
}

/** The events of one step, as one entry. */
export function eventChanges(active: ActiveExecution, events: readonly HistoryEvent[]): Change[] {
  if (active.durability !== 'kept' || events.length === 0) return []
  return [{ key: keys.events(active.record.id, events[0]!.id), value: events }]
}

/** What the end of an execution changes; the journal of one that failed stays, for RedriveExecution. */
export function endChanges(active: ActiveExecution, outcome: Outcome): Change[] {
  const { record, durability } = active
  if (durability === 'none') return []
  const done = [{ key: keys.running(record.id) }]
  if (durability === 'untilEnd')
    return [...done, { key: keys.execution(record.arn) }, ...journalRemoval(record.id, active.journalLength)]
  const kept = [...done, { key: keys.execution(record.arn), value: record }]
  if (outcome.status !== 'SUCCEEDED') return kept
  const output = { key: keys.payload(record.id, 'output'), value: outcome.output }
  return [...kept, output, ...journalRemoval(record.id, active.journalLength)]
}

/** What puts an execution that cannot go on to rest. */
export function givenUpChanges(record: ExecutionRecord): Change[] {
  return [{ key: keys.running(record.id) }, { key: keys.execution(record.arn), value: record }]
}

function journalRemoval(executionId: string, length: number): Change[] {
  return Array.from({ length }, (_, sequence) => ({ key: keys.journal(executionId, sequence) }))
}
