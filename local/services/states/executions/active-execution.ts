import type { Execution, Input, StepResult } from '../../../interpreter/contract.ts'
import type { Machine } from '../../../interpreter/machine.ts'
import type { ExecutionRecord } from './execution-record.ts'
import { awaitedBy, type Outstanding, type OutstandingSet, settle, takenBackBy } from './outstanding.ts'

/**
 * How long an execution stays on disk: `kept` for good, `untilEnd` while it runs (Express), `none` not at all (synchronous
 * Express: its caller's connection dies with the process).
 */
export type Durability = 'kept' | 'untilEnd' | 'none'

/** An input on its way into an execution. */
export interface Delivery {
  input: Input
  /** True once the input is on disk, false when nobody awaited it. */
  resolve(accepted: boolean): void
  reject(error: unknown): void
}

/** A running execution in memory. */
export interface ActiveExecution {
  record: ExecutionRecord
  readonly durability: Durability
  readonly machine: Machine
  /** JSON text. */
  readonly input: string
  /** The interpreter's state after the last input; undefined only while the first step is under way. */
  state: Execution | undefined
  readonly outstanding: OutstandingSet
  readonly deliveries: Delivery[]
  /** True while a turn is under way; inputs queue meanwhile. */
  busy: boolean
  journalLength: number
  /** The time of the last input; time never goes back within an execution. */
  lastInputAt: number
}

/** What a step begins to wait for, what it had an answer to, and what it no longer wants one to. */
export interface Followed {
  added: [key: string, awaited: Outstanding][]
  answered: Outstanding[]
  takenBack: Outstanding[]
}

/** Takes a step into the books: the state, and what the execution now waits for. */
export function follow(active: ActiveExecution, result: StepResult, input: Input | undefined): Followed {
  const followed: Followed = { added: [], answered: [], takenBack: [] }
  active.state = result.execution
  active.journalLength += 1
  if (input) {
    active.lastInputAt = input.at
    const answered = settle(active.outstanding, input)
    if (answered) followed.answered.push(answered)
  }
  for (const effect of result.effects) {
    const awaited = awaitedBy(effect)
    if (awaited) {
      active.outstanding.set(...awaited)
      followed.added.push(awaited)
    }
    for (const key of takenBackBy(active.outstanding, effect)) {
      const takenBack = active.outstanding.get(key)
      if (takenBack) followed.takenBack.push(takenBack)
      active.outstanding.delete(key)
    }
  }
  if (result.execution.outcome) {
    followed.takenBack.push(...active.outstanding.values())
    followed.added = []
    active.outstanding.clear()
  }
  return followed
}
