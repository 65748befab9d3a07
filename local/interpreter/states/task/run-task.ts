import type { InvokeTask, Json, JsonObject, TaskFailurePhase } from '../../contract.ts'
import { StateError, type StateErrorOptions, StatesErrors } from '../../error/state-error.ts'
import type { TaskState } from '../../machine.ts'
import { evaluateOptional } from '../../query/evaluate-optional.ts'
import type { Expression, Work } from '../../query/expression.ts'
import type { Scope } from '../../query/scope.ts'
import { dataLimitExceeded, exceedsDataLimit } from '../../run/data-limit.ts'
import { exitState } from '../../run/exit-state.ts'
import { type Frame, type TaskWait, waitingForNothing } from '../../run/frame.ts'
import { advance, nextId, type Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { cancelTimer, setTaskTimer } from '../../run/timers.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { conclude, effectiveInput, evaluateParameters } from '../pipeline.ts'
import { blamedName, eventsOf } from './task-events.ts'
import { taskTokenOf } from './task-token.ts'

/** Schedules the task: its parameters and limits, TaskScheduled, the call for the world, the timers. */
export function* enterTask(run: Run, frame: Frame, state: TaskState): Work<Transition> {
  const task = yield* prepareTask(run, frame, state)
  const events = eventsOf(state.resource)
  advance(run, frame, events.scheduled(task, run.start.region))
  run.effects.push(task)
  if (state.resource.kind !== 'activity') run.jobs.push({ kind: 'taskStarted', frame: frame.id, taskId: task.taskId })
  frame.waiting = {
    kind: 'task',
    taskId: task.taskId,
    heartbeatSeconds: task.heartbeatSeconds,
    timeoutTimer: armTimer(run, frame, task.timeoutSeconds),
    heartbeatTimer: armTimer(run, frame, task.heartbeatSeconds),
  }
  return waiting
}

/** The call as data; nothing has happened yet. */
export function* prepareTask(run: Run, frame: Frame, state: TaskState): Work<InvokeTask> {
  const taskId = nextId(run, frame, 'task')
  const taskToken = taskTokenOf(run, state.resource, taskId)
  const scope = scopeOf(run, frame, { data: effectiveInput(run, frame), taskToken })
  const parameters = yield* evaluateParameters(state, scope)
  return {
    kind: 'invokeTask',
    taskId,
    stateName: state.name,
    resource: state.resource,
    parameters,
    retryCount: frame.retryCount,
    ...(taskToken === undefined ? {} : { taskToken }),
    ...optional('roleArn', yield* evaluateRole(state.credentials, scope)),
    ...optional('timeoutSeconds', yield* evaluateOptional(state.timeoutSeconds, scope)),
    ...optional('heartbeatSeconds', yield* evaluateOptional(state.heartbeatSeconds, scope)),
  }
}

function* evaluateRole(credentials: Expression | undefined, scope: Scope): Work<Json | undefined> {
  const value = yield* evaluateOptional(credentials, scope)
  return (value as JsonObject | undefined)?.RoleArn
}

function optional(name: string, value: Json | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value }
}

function armTimer(run: Run, frame: Frame, seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : setTaskTimer(run, frame, seconds * 1000)
}

/** TaskStarted of its kind: at once for most tasks, when a worker comes for an activity. */
export function recordTaskStarted(run: Run, frame: Frame, workerName: string | undefined): void {
  advance(run, frame, eventsOf((frame.state as TaskState).resource).started(workerName))
}

/** A worker took the activity task: its heartbeats count from now. */
export function taskStarted(run: Run, frame: Frame, workerName: string | undefined): void {
  recordTaskStarted(run, frame, workerName)
  taskHeartbeat(run, frame)
}

export function taskSubmitted(run: Run, frame: Frame, output: string): void {
  advance(run, frame, eventsOf((frame.state as TaskState).resource).submitted(output))
}

export function taskHeartbeat(run: Run, frame: Frame): void {
  const wait = frame.waiting as TaskWait
  frame.waiting = { ...wait, heartbeatTimer: rearm(run, frame, wait) }
}

function rearm(run: Run, frame: Frame, { heartbeatTimer, heartbeatSeconds }: TaskWait): string | undefined {
  if (heartbeatTimer !== undefined) cancelTimer(run, heartbeatTimer)
  return armTimer(run, frame, heartbeatSeconds)
}

/** The answer is there: leaves the state. Throws StateError. */
export function* taskSucceeded(run: Run, frame: Frame, output: string): Work<Transition> {
  const { resource } = frame.state as TaskState
  stopWaiting(run, frame)
  if (exceedsDataLimit(output)) throw failTask(run, frame, { options: tooLong(resource), phase: 'run' })
  advance(run, frame, eventsOf(resource).succeeded(output))
  return exitState(run, frame, yield* conclude(run, frame, JSON.parse(output) as Json))
}

function tooLong(resource: TaskState['resource']): StateErrorOptions {
  const { error, stateCause } = dataLimitExceeded(blamedName(resource))
  return { error, cause: stateCause }
}

/** Records the failure and makes the error that Retry and Catch will see. */
export function failTask(
  run: Run,
  frame: Frame,
  { options, phase }: { options: StateErrorOptions; phase: TaskFailurePhase },
): StateError {
  stopWaiting(run, frame)
  const { resource } = frame.state as TaskState
  advance(run, frame, eventsOf(resource).failed(failureDetails(options), phase))
  return new StateError(options)
}

/** A timer of the task fired: its time or its heartbeat is up. */
export function timeOutTask(run: Run, frame: Frame, timerId: string): StateError {
  const { taskId, heartbeatTimer } = frame.waiting as TaskWait
  const heartbeat = timerId === heartbeatTimer
  const { resource } = frame.state as TaskState
  stopWaiting(run, frame)
  run.effects.push({ kind: 'cancelTask', taskId })
  const options = { error: StatesErrors.timeout, ...(heartbeat ? { alias: StatesErrors.heartbeatTimeout } : {}) }
  advance(run, frame, eventsOf(resource).timedOut(failureDetails(options)))
  return new StateError(options)
}

function failureDetails({ error, cause }: StateErrorOptions): JsonObject {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
}

function stopWaiting(run: Run, frame: Frame): void {
  const { timeoutTimer, heartbeatTimer } = frame.waiting as TaskWait
  for (const timer of [timeoutTimer, heartbeatTimer]) if (timer !== undefined) cancelTimer(run, timer)
  frame.waiting = waitingForNothing
}
