import type {
  Effect,
  Input,
  InvokeTask,
  ReadItems,
  SetTimer,
  StartChild,
  WriteResults,
} from '../../../interpreter/contract.ts'

/** Something an execution waits for. `cancel` releases what was set up in this process: a timer, a call, a queue entry. */
export type Outstanding = { cancel?: () => void } & (
  | { kind: 'task'; effect: InvokeTask; submitted?: string; started?: boolean; isRepeated?: boolean }
  | { kind: 'timer'; effect: SetTimer }
  | { kind: 'read'; effect: ReadItems }
  | { kind: 'write'; effect: WriteResults }
  | { kind: 'child'; effect: StartChild }
)

/** Everything an execution waits for, under keys that `taskKey` and its like give. */
export type OutstandingSet = Map<string, Outstanding>

export const taskKey = (taskId: string): string => `task ${taskId}`
const timerKey = (timerId: string): string => `timer ${timerId}`
const readKey = (readId: string): string => `read ${readId}`
const writeKey = (writeId: string): string => `write ${writeId}`
export const childKey = (childId: string): string => `child ${childId}`

/** The key of what an input answers; undefined for inputs that answer nothing in particular. */
function answeredKey(input: Input): string | undefined {
  switch (input.kind) {
    case 'taskStarted':
    case 'taskSubmitted':
    case 'taskSucceeded':
    case 'taskFailed':
    case 'taskHeartbeat':
      return taskKey(input.taskId)
    case 'timerFired':
      return timerKey(input.timerId)
    case 'itemsRead':
    case 'itemsFailed':
      return readKey(input.readId)
    case 'resultsWritten':
    case 'resultsFailed':
      return writeKey(input.writeId)
    case 'childEnded':
      return childKey(input.childId)
    default:
      return undefined
  }
}

/** False for an answer that came too late: what it answers is no longer awaited. */
export function isAwaited(set: OutstandingSet, input: Input): boolean {
  const key = answeredKey(input)
  return key === undefined || set.has(key)
}

/** Notes that `input` happened: what it answers is no longer awaited, or has got further. Returns what was removed. */
export function settle(set: OutstandingSet, input: Input): Outstanding | undefined {
  const key = answeredKey(input)
  const entry = key === undefined ? undefined : set.get(key)
  if (!entry || !key) return undefined
  if (entry.kind === 'task' && input.kind === 'taskHeartbeat') return undefined
  if (entry.kind === 'task' && input.kind === 'taskStarted') {
    entry.started = true
    return undefined
  }
  if (entry.kind === 'task' && input.kind === 'taskSubmitted') {
    entry.submitted = input.output
    return undefined
  }
  set.delete(key)
  return entry
}

/** What an effect makes the execution wait for. */
export function awaitedBy(effect: Effect): [string, Outstanding] | undefined {
  switch (effect.kind) {
    case 'invokeTask':
      return [taskKey(effect.taskId), { kind: 'task', effect }]
    case 'setTimer':
      return [timerKey(effect.timerId), { kind: 'timer', effect }]
    case 'readItems':
      return [readKey(effect.readId), { kind: 'read', effect }]
    case 'writeResults':
      return [writeKey(effect.writeId), { kind: 'write', effect }]
    case 'startChild':
      return [childKey(effect.childId), { kind: 'child', effect }]
    default:
      return undefined
  }
}

/** What is still awaited when the work goes on at this time: a task that is awaited anew has all its time anew, and knows. */
export function afresh(awaited: Outstanding, now: number): Outstanding {
  if (awaited.kind === 'task') return { ...awaited, isRepeated: true }
  if (awaited.kind !== 'timer' || awaited.effect.taskTime === undefined) return awaited
  return { kind: 'timer', effect: { ...awaited.effect, dueAt: now + awaited.effect.taskTime } }
}

/** The keys of what an effect takes back. */
export function takenBackBy(set: OutstandingSet, effect: Effect): string[] {
  switch (effect.kind) {
    case 'cancelTask':
      return [taskKey(effect.taskId)]
    case 'cancelTimer':
      return [timerKey(effect.timerId)]
    case 'stopChildren':
      return [...set].filter(([, entry]) => isChildOf(entry, effect.mapRunArn)).map(([key]) => key)
    default:
      return []
  }
}

function isChildOf(entry: Outstanding, mapRunArn: string): boolean {
  return entry.kind === 'child' && entry.effect.mapRunArn === mapRunArn
}
