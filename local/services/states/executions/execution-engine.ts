import type { Clock } from '../../../clock.ts'
import type { Eventually, Input, Outcome, Ports, StepResult } from '../../../interpreter/contract.ts'
import { startExecution } from '../../../interpreter/start-execution.ts'
import { step } from '../../../interpreter/step.ts'
import type { Announcement, Outbox } from '../announcements/outbox.ts'
import { statusChangeEvent } from '../announcements/status-change-event.ts'
import type { Change, LevelStore } from '../store/level-store.ts'
import { type ActiveExecution, type Followed, follow } from './active-execution.ts'
import type { Beginning } from './beginning.ts'
import { brokenStep, runtimeFailure } from './broken-step.ts'
import type { EffectRunner } from './effect-runner.ts'
import { endChanges, eventChanges, givenUpChanges, inputChanges, startChanges } from './execution-changes.ts'
import { type ExecutionRecord, endedRecord } from './execution-record.ts'
import { afresh, isAwaited } from './outstanding.ts'
import type { TimelessInput } from './timeless-input.ts'

/** What the engine works with. */
export interface EngineOptions {
  store: LevelStore
  clock: Clock
  outbox: Outbox
  ports: Ports
}

/**
 * Drives executions: each input is journalled before its effects run and before whoever sent it gets an answer, so that an
 * execution interrupted at any point is rebuilt from its journal.
 */
export class ExecutionEngine {
  readonly #options: EngineOptions
  readonly #active = new Map<string, ActiveExecution>()
  readonly #waitingForEnd = new Map<string, ((outcome: Outcome) => void)[]>()
  #effects!: EffectRunner
  #closed = false

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Connects the engine with the world; to be called once, before anything else. */
  connect(effects: EffectRunner): void {
    this.#effects = effects
  }

  /** A running execution, undefined when it has ended or never was. */
  find(executionArn: string): ActiveExecution | undefined {
    return this.#active.get(executionArn)
  }

  /** Begins an execution; resolves when its start is on disk. */
  async begin(beginning: Beginning): Promise<void> {
    const { start } = beginning
    const active = this.#enter(beginning)
    active.busy = true
    let committed: Promise<void>
    try {
      const result = await this.#start(beginning)
      const changes = [...(beginning.changes ?? []), ...startChanges(active, start)]
      committed = this.#accept(active, result, { changes, at: start.at, changesStatus: true })
    } catch (error) {
      this.#active.delete(active.record.arn)
      throw error
    }
    active.busy = false
    void this.#drain(active)
    await committed
  }

  /** Rebuilds an execution from its journal; `continueWork` then sets about what it still waits for. */
  async rebuild(beginning: Beginning, inputs: readonly Input[]): Promise<ActiveExecution> {
    const active = this.#enter(beginning)
    active.busy = true
    let result = await this.#start(beginning)
    follow(active, result, undefined)
    this.#effects.account(active, result, undefined)
    for (const input of inputs) {
      result = await this.#step(active, input)
      follow(active, result, input)
      this.#effects.account(active, result, input)
    }
    active.busy = false
    if (result.pending) void this.deliver(active.record.arn, { kind: 'continue' })
    return active
  }

  /** Ends an execution that could not be rebuilt. */
  async giveUp(record: ExecutionRecord, reason: unknown): Promise<void> {
    this.#active.delete(record.arn)
    const outcome = runtimeFailure(reason)
    const ended = endedRecord(record, outcome, this.#options.clock.now())
    await this.#options.store.commit(givenUpChanges(ended))
    for (const resolve of this.#waitingForEnd.get(record.arn) ?? []) resolve(outcome)
    this.#waitingForEnd.delete(record.arn)
  }

  /** Sets about everything a rebuilt execution waits for: tasks run again and have all their time, other timers keep their due time. */
  continueWork(active: ActiveExecution): void {
    const now = this.#options.clock.now()
    for (const [key, before] of active.outstanding) {
      const awaited = afresh(before, now)
      active.outstanding.set(key, awaited)
      this.#effects.run(active, awaited)
    }
  }

  /** Gives an execution an input; resolves to true once it is on disk, to false when nobody awaited it. */
  deliver(executionArn: string, input: TimelessInput): Promise<boolean> {
    const active = this.#active.get(executionArn)
    if (!active || this.#closed) return Promise.resolve(false)
    return new Promise((resolve, reject) => {
      active.deliveries.push({ input: { ...input, at: this.#options.clock.now() } as Input, resolve, reject })
      if (!active.busy) void this.#drain(active)
    })
  }

  /** Resolves with the outcome of a running execution. */
  whenEnded(executionArn: string): Promise<Outcome> {
    return new Promise((resolve) => {
      const waiting = this.#waitingForEnd.get(executionArn)
      if (waiting) waiting.push(resolve)
      else this.#waitingForEnd.set(executionArn, [resolve])
    })
  }

  /** Stops taking inputs and releases timers and calls; the executions go on at the next start. */
  close(): void {
    this.#closed = true
    for (const active of this.#active.values()) for (const awaited of active.outstanding.values()) awaited.cancel?.()
  }

  #enter({ record, start, machine, durability }: Beginning): ActiveExecution {
    const active: ActiveExecution = {
      record,
      durability,
      machine,
      input: start.input,
      state: undefined,
      outstanding: new Map(),
      deliveries: [],
      busy: false,
      journalLength: 0,
      lastInputAt: start.at,
    }
    this.#active.set(record.arn, active)
    return active
  }

  async #drain(active: ActiveExecution): Promise<void> {
    if (active.busy) return
    active.busy = true
    for (let delivery = active.deliveries.shift(); delivery; delivery = active.deliveries.shift()) {
      const { resolve, reject } = delivery
      const input = { ...delivery.input, at: Math.max(delivery.input.at, active.lastInputAt) }
      const ended = active.state?.status !== 'RUNNING' && input.kind !== 'redrive'
      if (ended || !isAwaited(active.outstanding, input)) {
        resolve(false)
        continue
      }
      const next = this.#step(active, input)
      const result = next instanceof Promise ? await next : next
      this.#accept(active, result, {
        input,
        changes: inputChanges(active, input),
        at: input.at,
        changesStatus: input.kind === 'redrive',
      }).then(() => resolve(true), reject)
    }
    active.busy = false
  }

  #start({ machine, start }: Beginning): Eventually<StepResult> {
    return startExecution(machine, { ...start, ports: this.#options.ports })
  }

  /** A defect of the interpreter ends the execution, as a runtime error on AWS would, and not the process. */
  #step(active: ActiveExecution, input: Input): Eventually<StepResult> {
    const broken = (error: unknown): StepResult => brokenStep(active.state!, input.at, error)
    try {
      const result = step(active.state!, input)
      return result instanceof Promise ? result.catch(broken) : result
    } catch (error) {
      return broken(error)
    }
  }

  /** Takes a step over: the books first, then the disk, then the world. */
  async #accept(active: ActiveExecution, result: StepResult, taken: Taken): Promise<void> {
    const followed = follow(active, result, taken.input)
    const changes = [...taken.changes, ...this.#effects.account(active, result, taken.input)]
    changes.push(...eventChanges(active, result.events))
    const announcements: Announcement[] = []
    if (taken.changesStatus) this.#announce(active, undefined, { changes, announcements })
    const { outcome } = result.execution
    if (outcome) {
      active.record = endedRecord(active.record, outcome, taken.at)
      this.#announce(active, outcome, { changes, announcements })
      changes.push(...endChanges(active, outcome))
    }
    if (active.durability !== 'none') await this.#options.store.commit(changes)
    this.#options.outbox.send(announcements)
    this.#carryOut(active, followed)
    if (outcome) this.#leave(active, outcome)
    else if (result.pending) setImmediate(() => void this.deliver(active.record.arn, { kind: 'continue' }))
  }

  #announce(active: ActiveExecution, outcome: Outcome | undefined, into: Announced): void {
    if (active.durability !== 'kept' || active.record.parent) return
    const output = outcome?.status === 'SUCCEEDED' ? outcome.output : undefined
    const prepared = this.#options.outbox.prepare(statusChangeEvent(active.record, { input: active.input, output }))
    into.changes.push(prepared.change)
    into.announcements.push(prepared.announcement)
  }

  #carryOut(active: ActiveExecution, followed: Followed): void {
    for (const awaited of followed.answered) this.#effects.settle(awaited)
    for (const awaited of followed.takenBack) {
      awaited.cancel?.()
      this.#effects.takeBack(active, awaited)
    }
    if (this.#closed) return
    for (const [key, awaited] of followed.added)
      if (active.outstanding.get(key) === awaited) this.#effects.run(active, awaited)
  }

  #leave(active: ActiveExecution, outcome: Outcome): void {
    const { arn } = active.record
    if (this.#active.get(arn) === active) this.#active.delete(arn)
    for (const delivery of active.deliveries.splice(0)) delivery.resolve(false)
    for (const resolve of this.#waitingForEnd.get(arn) ?? []) resolve(outcome)
    this.#waitingForEnd.delete(arn)
  }
}

/** What came before a step: the input, if any, and what it puts on disk. */
interface Taken {
  input?: Input
  changes: Change[]
  at: number
  /** The execution begins to run, or runs again. */
  changesStatus: boolean
}

interface Announced {
  changes: Change[]
  announcements: Announcement[]
}
