import type { Machine } from '../../../interpreter/machine.ts'
import type { Change } from '../store/level-store.ts'
import type { Durability } from './active-execution.ts'
import type { ExecutionRecord, JournalledStart } from './execution-record.ts'

/** What an execution begins with. */
export interface Beginning {
  record: ExecutionRecord
  start: JournalledStart
  machine: Machine
  durability: Durability
  /** Written together with the start. */
  changes?: Change[]
}
