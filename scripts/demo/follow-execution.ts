import { setTimeout as sleep } from 'node:timers/promises'
import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn'

const POLL_MILLISECONDS = 100

/** A state that the execution has left. `iterations` is set for a Map. */
export interface PassedState {
  name: string
  milliseconds: number
  iterations?: number
}

export interface FollowOptions {
  sfn: SFNClient
  executionArn: string
  onState(state: PassedState): void
  /** While a Map runs: how many of its iterations have ended. */
  onIterations(done: number, total: number): void
  signal: AbortSignal
}

const ENDS = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut']

async function readHistory(sfn: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  let nextToken: string | undefined
  do {
    const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }))
    events.push(...(page.events ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return events
}

interface MapCount {
  done: number
  total: number
}

function countIterations(events: HistoryEvent[]): MapCount {
  const total = events.find((event) => event.type === 'MapStateStarted')?.mapStateStartedEventDetails?.length ?? 0
  return { done: events.filter((event) => event.type === 'MapIterationSucceeded').length, total }
}

/** The states that events from `shown` on tell to be left. States inside a Map run in many copies and are counted, not listed. */
function listPassed(events: HistoryEvent[], shown: number): PassedState[] {
  const { total } = countIterations(events)
  const mapStarted = events.find((event) => event.type === 'MapStateStarted')?.id ?? Number.POSITIVE_INFINITY
  const mapEnded = events.find((event) => event.type?.startsWith('MapStateSucceeded'))?.id ?? Number.POSITIVE_INFINITY
  const isInner = (id = 0): boolean => id > mapStarted && id < mapEnded
  return events.slice(shown).flatMap((event) => {
    const name = event.stateExitedEventDetails?.name
    if (name === undefined || isInner(event.id)) return []
    const milliseconds = timeIn(events, event, name)
    return [event.type === 'MapStateExited' ? { name, milliseconds, iterations: total } : { name, milliseconds }]
  })
}

function timeIn(events: HistoryEvent[], exited: HistoryEvent, name: string): number {
  const entered = events.findLast(
    (event) => event.stateEnteredEventDetails?.name === name && (event.id ?? 0) < (exited.id ?? 0),
  )
  return Number(exited.timestamp) - Number(entered?.timestamp)
}

/** Tells every state as the execution leaves it; answers the history's last event when the execution has ended. */
export async function followExecution(options: FollowOptions): Promise<HistoryEvent> {
  let shown = 0
  for (;;) {
    options.signal.throwIfAborted()
    const events = await readHistory(options.sfn, options.executionArn)
    for (const state of listPassed(events, shown)) options.onState(state)
    shown = events.length
    const last = events.at(-1)
    if (last && ENDS.includes(last.type ?? '')) return last
    const { done, total } = countIterations(events)
    if (total > 0 && done < total) options.onIterations(done, total)
    await sleep(POLL_MILLISECONDS, undefined, { signal: options.signal })
  }
}
