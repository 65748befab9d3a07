import type { Effect, Execution, ExecutionStatus, HistoryEvent, Json, JsonObject, Outcome, Start } from '../contract.ts'
import type { Machine } from '../machine.ts'
import type { World } from '../query/scope.ts'
import { seededRandom, seededUuid } from './chance.ts'
import type { Frame } from './frame.ts'
import { getInt, type IntMap, setInt } from './int-map.ts'

/** What an execution is between two steps. */
export interface ExecutionState extends Execution {
  readonly machine: Machine
  readonly start: Start
  readonly input: Json
  readonly frames: IntMap<Frame>
  readonly jobs: readonly Job[]
  readonly counters: Counters
  readonly redrivenAt: number | undefined
  /** The timer of the machine's TimeoutSeconds. */
  readonly timeoutTimer: string | undefined
  /** The frames as they were when the failure came that ended the execution. */
  readonly failurePoint: IntMap<Frame> | undefined
}

/** Everything that is counted, so that ids, uuids and chances are the same on every replay. */
export interface Counters {
  readonly event: number
  readonly frame: number
  readonly sequence: number
  readonly chance: number
}

/** Work a step still has to do; kept in the execution when the step gives the turn back. */
export type Job =
  | { readonly kind: 'enter'; readonly frame: number }
  | { readonly kind: 'resume'; readonly frame: number }
  | { readonly kind: 'taskStarted'; readonly frame: number; readonly taskId: string }
  | { readonly kind: 'collect'; readonly frame: number }

/** One step at work: a private, changing copy of the execution. */
export interface Run {
  readonly machine: Machine
  readonly start: Start
  readonly at: number
  readonly input: Json
  readonly world: World
  /** Stands in for the context object: TestState lets the caller say what it is. */
  context?: JsonObject
  readonly changed: Map<number, Frame | undefined>
  readonly events: HistoryEvent[]
  readonly effects: Effect[]
  base: IntMap<Frame>
  jobs: Job[]
  event: number
  frame: number
  sequence: number
  chance: number
  transitions: number
  /** The frame that was about to enter its next state when the step was spent. */
  interrupted: number | undefined
  status: ExecutionStatus
  outcome: Outcome | undefined
  redriveCount: number
  redrivenAt: number | undefined
  timeoutTimer: string | undefined
  failurePoint: IntMap<Frame> | undefined
}

export const ROOT = 0

export function openRun(execution: ExecutionState, at: number): Run {
  const { start, counters } = execution
  const run: Run = {
    machine: execution.machine,
    start,
    at,
    input: execution.input,
    world: {
      ports: start.ports,
      at,
      random: () => seededRandom(start.seed, run.chance++),
      uuid: () => seededUuid(start.seed, run.chance++),
    },
    changed: new Map(),
    events: [],
    effects: [],
    base: execution.frames,
    jobs: [...execution.jobs],
    event: counters.event,
    frame: counters.frame,
    sequence: counters.sequence,
    chance: counters.chance,
    transitions: 0,
    interrupted: undefined,
    status: execution.status,
    outcome: execution.outcome,
    redriveCount: execution.redriveCount,
    redrivenAt: execution.redrivenAt,
    timeoutTimer: execution.timeoutTimer,
    failurePoint: execution.failurePoint,
  }
  return run
}

export function closeRun(run: Run): ExecutionState {
  settleFrames(run)
  const { machine, start, input, status, outcome, redriveCount, redrivenAt, timeoutTimer, failurePoint, jobs } = run
  const counters = { event: run.event, frame: run.frame, sequence: run.sequence, chance: run.chance }
  return {
    machine,
    start,
    input,
    frames: run.base,
    jobs,
    counters,
    status,
    outcome,
    eventCount: run.event,
    redriveCount,
    redrivenAt,
    timeoutTimer,
    failurePoint,
  }
}

/** Writes the changed frames into the persistent map and answers it. */
export function settleFrames(run: Run): IntMap<Frame> {
  for (const [id, frame] of run.changed) {
    if (frame !== undefined || getInt(run.base, id) !== undefined) run.base = setInt(run.base, id, frame)
  }
  run.changed.clear()
  return run.base
}

/** The step's own copy of a frame, free to change. */
export function ownFrame(run: Run, id: number): Frame | undefined {
  if (run.changed.has(id)) return run.changed.get(id)
  const frame = getInt(run.base, id)
  if (frame === undefined) return undefined
  const copy = { ...frame }
  run.changed.set(id, copy)
  return copy
}

export function removeFrame(run: Run, id: number): void {
  run.changed.set(id, undefined)
}

/** A name no other task, timer or request of this execution has. */
export function nextId(run: Run, frame: Frame, purpose: string): string {
  run.sequence += 1
  return `${purpose}-${frame.id}-${run.sequence}`
}

/** The frame a task, timer or request id belongs to. */
export function frameOfId(id: string): number {
  return Number(id.split('-')[1])
}

/** Adds an event. Every id and every previousEventId of a history is allocated here. */
export function record(
  run: Run,
  type: string,
  { previous, details }: { previous: number; details?: JsonObject | undefined },
): number {
  run.event += 1
  const event: Record<string, JsonObject | number | string> = {
    timestamp: run.at,
    type,
    id: run.event,
    previousEventId: previous,
  }
  if (details !== undefined) event[detailsKey(type)] = details
  run.events.push(event as unknown as HistoryEvent)
  return run.event
}

/** Adds an event to a frame's line: the next one follows it. */
export function advance(run: Run, frame: Frame, event: { type: string; details?: JsonObject | undefined }): void {
  frame.previous = record(run, event.type, { previous: frame.previous, details: event.details })
}

const keys = new Map<string, string>()

/** `stateEnteredEventDetails` for PassStateEntered, otherwise the type with a small letter. */
function detailsKey(type: string): string {
  let key = keys.get(type)
  if (key === undefined) {
    const shared = /State(Entered|Exited)$/.exec(type)
    key = shared === null ? `${type[0]!.toLowerCase()}${type.slice(1)}EventDetails` : `state${shared[1]}EventDetails`
    keys.set(type, key)
  }
  return key
}
