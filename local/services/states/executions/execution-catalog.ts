import type { ExecutionStatus, HistoryEvent, Input } from '../../../interpreter/contract.ts'
import { statesError } from '../errors.ts'
import { decodeToken, encodeToken, type Page, type PageRequest, pageSize } from '../pagination.ts'
import { keys, lastPart, under } from '../store/keys.ts'
import type { LevelStore } from '../store/level-store.ts'
import { type ExecutionRecord, type JournalledStart, listOwners } from './execution-record.ts'

const READ_AHEAD = 200

/** Which executions a list shows. */
export interface ExecutionFilter {
  status?: ExecutionStatus | 'PENDING_REDRIVE' | undefined
  redrive?: 'REDRIVEN' | 'NOT_REDRIVEN' | undefined
}

/** Reads executions, running and finished alike, from the store; nothing of a finished one stays in memory. */
export class ExecutionCatalog {
  readonly #store: LevelStore

  constructor(store: LevelStore) {
    this.#store = store
  }

  find(executionArn: string): Promise<ExecutionRecord | undefined> {
    return this.#store.get(keys.execution(executionArn))
  }

  /** The execution, or AWS's `ExecutionDoesNotExist`. */
  async require(executionArn: string): Promise<ExecutionRecord> {
    const record = await this.find(executionArn)
    if (!record) throw statesError('ExecutionDoesNotExist', executionArn)
    return record
  }

  /** Input or output as JSON text; undefined while there is none. */
  payload(record: ExecutionRecord, part: 'input' | 'output'): Promise<string | undefined> {
    return this.#store.get(keys.payload(record.id, part))
  }

  /** The inputs that rebuild an execution. */
  async journal(record: ExecutionRecord): Promise<{ start: JournalledStart; inputs: Input[] }> {
    const [start, ...inputs] = await this.#store.values<unknown>(under(`${keys.journalOf(record.id)}\0`))
    if (start === undefined) throw new Error(`the journal of ${record.arn} is missing from the store`)
    return { start: start as JournalledStart, inputs: inputs as Input[] }
  }

  /** ARNs of all executions that had not ended when they were last written. */
  running(): Promise<string[]> {
    return this.#store.values(under(keys.running('')))
  }

  /** Executions of a machine, version, alias or Map Run, newest first. */
  async list(ownerArn: string, filter: ExecutionFilter, request: PageRequest): Promise<Page<ExecutionRecord>> {
    const scope = `executions ${ownerArn} ${filter.status ?? ''} ${filter.redrive ?? ''}`
    const size = pageSize(request)
    let before = decodeToken(scope, request.nextToken)
    const items: ExecutionRecord[] = []
    while (items.length <= size) {
      const records = await this.#before(ownerArn, filter, before)
      if (records.length === 0) return { items }
      items.push(...records.filter((record) => matches(record, filter) && listOwners(record).includes(ownerArn)))
      before = records.at(-1)!.id
    }
    const page = items.slice(0, size)
    return { items: page, nextToken: encodeToken(scope, page.at(-1)!.id) }
  }

  /** Some executions that began before the one with the given id, newest first; running ones have a shorter list of their own. */
  async #before(
    ownerArn: string,
    { status }: ExecutionFilter,
    executionId: string | undefined,
  ): Promise<ExecutionRecord[]> {
    const keyOf = (id: string): string => (status === 'RUNNING' ? keys.running(id) : keys.listed(ownerArn, id))
    const all = under(keyOf(''))
    const lt = executionId === undefined ? all.lt : keyOf(executionId)
    const arns = await this.#store.values<string>({ gte: all.gte, lt, reverse: true, limit: READ_AHEAD })
    const records = await this.#store.getMany<ExecutionRecord>(arns.map((arn) => keys.execution(arn)))
    return records.filter((record) => record !== undefined)
  }

  /** A page of an execution's events. */
  async history(record: ExecutionRecord, request: PageRequest & { reverse: boolean }): Promise<Page<HistoryEvent>> {
    const scope = `history ${record.arn} ${request.reverse}`
    const size = pageSize(request)
    const position = decodeToken(scope, request.nextToken)
    const from = position === undefined ? undefined : Number(position)
    const items: HistoryEvent[] = []
    const read = request.reverse ? this.#eventsDown(record, from) : this.#eventsUp(record, from)
    for await (const event of read) {
      if (items.length === size) return { items, nextToken: encodeToken(scope, String(event.id)) }
      items.push(event)
    }
    return { items }
  }

  /** Events from the one with id `from` (the first one without it) upwards. */
  async *#eventsUp(record: ExecutionRecord, from = 1): AsyncIterable<HistoryEvent> {
    const { lt } = under(`${keys.eventsOf(record.id)}\0`)
    const gte = await this.#runContaining(record, from)
    for await (const [, run] of this.#store.entries<HistoryEvent[]>({ gte, lt }))
      for (const event of run) if (event.id >= from) yield event
  }

  /** Events from the one with id `from` (the last one without it) downwards. */
  async *#eventsDown(record: ExecutionRecord, from = Number.MAX_SAFE_INTEGER - 1): AsyncIterable<HistoryEvent> {
    const { gte } = under(`${keys.eventsOf(record.id)}\0`)
    const lt = keys.events(record.id, from + 1)
    for await (const [, run] of this.#store.entries<HistoryEvent[]>({ gte, lt, reverse: true }))
      for (const event of run.toReversed()) if (event.id <= from) yield event
  }

  /** The key of the run of events that holds the event with id `eventId`. */
  async #runContaining(record: ExecutionRecord, eventId: number): Promise<string> {
    const { gte } = under(`${keys.eventsOf(record.id)}\0`)
    const lt = keys.events(record.id, eventId + 1)
    for await (const [key] of this.#store.entries({ gte, lt, reverse: true, limit: 1 }))
      return keys.events(record.id, Number(lastPart(key)))
    return gte
  }
}

function matches(record: ExecutionRecord, filter: ExecutionFilter): boolean {
  if (filter.status !== undefined && record.status !== filter.status) return false
  if (filter.redrive === undefined) return true
  return (filter.redrive === 'REDRIVEN') === record.redriveCount > 0
}
