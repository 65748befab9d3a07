import type { Effect, Input, Outcome, StartChild, StepResult } from '../../../interpreter/contract.ts'
import { statesError } from '../errors.ts'
import type { ActiveExecution } from '../executions/active-execution.ts'
import { keys, under } from '../store/keys.ts'
import type { Change, LevelStore } from '../store/level-store.ts'
import { type Counts, type MapRunRecord, noCounts } from './map-run-record.ts'

const COUNTED_AS = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
} as const satisfies Record<Outcome['status'], keyof Counts>

interface RunningChild {
  mapRunArn: string
  items: number
}

/** Counts what happens in the runs of distributed Map states; the counts are rebuilt with the execution after a restart. */
export class MapRunBooks {
  readonly #store: LevelStore
  readonly #running = new Map<string, MapRunRecord>()
  readonly #children = new Map<string, RunningChild>()

  constructor(store: LevelStore) {
    this.#store = store
  }

  /** The Map Run, or AWS's `ResourceNotFound`. */
  async require(mapRunArn: string): Promise<MapRunRecord> {
    const record = this.#running.get(mapRunArn) ?? (await this.#store.get<MapRunRecord>(keys.mapRun(mapRunArn)))
    if (!record) throw statesError('ResourceNotFound', `Resource not found: '${mapRunArn}'`)
    return record
  }

  /** The Map Runs of an execution, newest first. */
  async of(executionArn: string): Promise<MapRunRecord[]> {
    const arns = await this.#store.values<string>(under(`${keys.mapRunsOf(executionArn)}\0`))
    const records = await Promise.all(arns.map((arn) => this.require(arn)))
    return records.sort((a, b) => b.startedAt - a.startedAt)
  }

  /** Replaces the limits of a run. */
  async update(record: MapRunRecord): Promise<void> {
    if (this.#running.has(record.arn)) this.#running.set(record.arn, record)
    await this.#store.commit([{ key: keys.mapRun(record.arn), value: record }])
  }

  /** Takes a step into the books; returns what to write with it. */
  account(active: ActiveExecution, result: StepResult, input: Input | undefined): Change[] {
    const touched = new Map<string, MapRunRecord>()
    const change = (arn: string, next: (record: MapRunRecord) => MapRunRecord): void => {
      const record = this.#running.get(arn)
      if (!record) return
      this.#running.set(arn, next(record))
      touched.set(arn, this.#running.get(arn)!)
    }
    const at = active.lastInputAt
    if (input?.kind === 'childEnded') this.#childEnded(active, input, change)
    for (const effect of result.effects) this.#effect(active, effect, { at, change })
    const changes: Change[] = []
    for (const record of touched.values()) {
      changes.push({ key: keys.mapRun(record.arn), value: record })
      changes.push({ key: keys.mapRunOf(record.executionArn, record.arn), value: record.arn })
      if (record.status !== 'RUNNING') this.#running.delete(record.arn)
    }
    return changes
  }

  #effect(active: ActiveExecution, effect: Effect, { at, change }: Accounting): void {
    if (effect.kind === 'startMapRun') {
      const { mapRunArn: arn, settings } = effect
      const record: MapRunRecord = {
        arn,
        executionArn: active.record.arn,
        machineArn: `${active.record.machineArn}/${labelOf(arn)}`,
        status: 'RUNNING',
        startedAt: at,
        maxConcurrency: settings.maxConcurrency,
        toleratedFailureCount: settings.toleratedFailureCount,
        toleratedFailurePercentage: settings.toleratedFailurePercentage,
        items: noCounts(settings.itemCount),
        executions: noCounts(),
      }
      this.#running.set(arn, record)
      change(arn, (same) => same)
    }
    if (effect.kind === 'endMapRun') {
      this.#forgetChildren(effect.mapRunArn)
      change(effect.mapRunArn, (record) => ({
        ...record,
        status: effect.status,
        stoppedAt: at,
        items: settled(record.items),
        executions: settled(record.executions),
      }))
    }
    if (effect.kind === 'startChild') this.#childStarted(active, effect, change)
  }

  /** Children that are stopped with their Map Run report no end of their own. */
  #forgetChildren(mapRunArn: string): void {
    for (const [key, child] of this.#children) if (child.mapRunArn === mapRunArn) this.#children.delete(key)
  }

  #childStarted(active: ActiveExecution, effect: StartChild, change: Accounting['change']): void {
    const items = itemsOf(effect)
    this.#children.set(`${active.record.arn} ${effect.childId}`, { mapRunArn: effect.mapRunArn, items })
    change(effect.mapRunArn, (record) => ({
      ...record,
      items: started(record.items, items),
      executions: started(record.executions, 1),
    }))
  }

  #childEnded(
    active: ActiveExecution,
    input: Extract<Input, { kind: 'childEnded' }>,
    change: Accounting['change'],
  ): void {
    const key = `${active.record.arn} ${input.childId}`
    const child = this.#children.get(key)
    if (!child) return
    this.#children.delete(key)
    const as = COUNTED_AS[input.outcome.status]
    change(child.mapRunArn, (record) => ({
      ...record,
      items: ended(record.items, as, child.items),
      executions: ended(record.executions, as, 1),
    }))
  }
}

interface Accounting {
  at: number
  change: (arn: string, next: (record: MapRunRecord) => MapRunRecord) => void
}

/** `…:mapRun:machine/label:uuid` */
function labelOf(mapRunArn: string): string {
  return mapRunArn.split('/').at(-1)!.split(':')[0]!
}

function itemsOf(effect: StartChild): number {
  if (effect.start.mapItem) return 1
  const input = JSON.parse(effect.input) as { Items?: unknown[] } | null
  return Array.isArray(input?.Items) ? input.Items.length : 1
}

function started(counts: Counts, number: number): Counts {
  const known = Math.min(counts.pending, number)
  return {
    ...counts,
    pending: counts.pending - known,
    running: counts.running + number,
    total: counts.total + number - known,
  }
}

function ended(counts: Counts, as: keyof Counts, number: number): Counts {
  return {
    ...counts,
    running: counts.running - number,
    [as]: counts[as] + number,
    resultsWritten: counts.resultsWritten + number,
  }
}

/** What still ran at the end was aborted. */
function settled(counts: Counts): Counts {
  return { ...counts, running: 0, pending: 0, aborted: counts.aborted + counts.running + counts.pending }
}
