import type { Eventually, Execution, Input, StepResult } from './contract.ts'
import type { StateError } from './error/state-error.ts'
import type { Work } from './query/expression.ts'
import { drive, proceed } from './run/drive.ts'
import { endExecution } from './run/end-execution.ts'
import type { Frame } from './run/frame.ts'
import { redrive } from './run/redrive.ts'
import { type ExecutionState, frameOfId, openRun, ownFrame, type Run } from './run/run.ts'
import type { Transition } from './run/transition.ts'
import { enterState } from './states/enter-state.ts'
import { awaitsChild, childEnded, failMapRun, mapRunSucceeded, startItems } from './states/map/distributed-map.ts'
import { failTask, taskHeartbeat, taskStarted, taskSubmitted, taskSucceeded, timeOutTask } from './states/task/run-task.ts'
import { leaveWait } from './states/wait/run-wait.ts'

/**
 * Tells the execution what happened and answers what follows from it. Inputs that come too late (a task already timed out, a timer already cancelled,
 * anything after the end) change nothing.
 */
export function step(execution: Execution, input: Input): Eventually<StepResult<ExecutionState>> {
  const state = execution as ExecutionState
  const run = openRun(state, input.at)
  const handle = handlers[input.kind] as Handler<Input>
  const applies = input.kind === 'redrive' ? state.status !== 'RUNNING' && state.status !== 'SUCCEEDED' : state.status === 'RUNNING'
  return drive(run, () => (applies ? handle(run, input) : nothing()))
}

type Handler<I> = (run: Run, input: I) => Work<void>

const handlers: { readonly [I in Input as I['kind']]: Handler<I> } = {
  continue: nothing,
  taskStarted: (run, input) => onTask(run, input, (frame) => taskStarted(run, frame, input.workerName)),
  taskSubmitted: (run, input) => onTask(run, input, (frame) => taskSubmitted(run, frame, input.output)),
  taskHeartbeat: (run, input) => onTask(run, input, (frame) => taskHeartbeat(run, frame)),
  taskSucceeded: (run, input) => onTaskEnd(run, input, (frame) => taskSucceeded(run, frame, input.output)),
  taskFailed: (run, input) => {
    const { error, cause, phase = 'run' } = input
    return onTaskEnd(run, input, (frame) => raise(failTask(run, frame, { options: { error, cause }, phase })))
  },
  timerFired,
  itemsRead: (run, input) => onMapRun(run, input.readId, (frame) => startItems(run, frame, input.items)),
  itemsFailed: (run, input) => onMapRun(run, input.readId, (frame) => raise(failMapRun(run, frame, input))),
  resultsWritten: (run, input) => onMapRun(run, input.writeId, (frame) => mapRunSucceeded(run, frame, input.output)),
  resultsFailed: (run, input) => onMapRun(run, input.writeId, (frame) => raise(failMapRun(run, frame, input))),
  childEnded: onChildEnded,
  *stop(run, { error, cause }) {
    run.failurePoint = run.base
    endExecution(run, { status: 'ABORTED', ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }, 0)
  },
  redrive,
}

function* nothing(): Work<void> {}

// biome-ignore lint/correctness/useYield: a failing move is a generator like every other move
function* raise(error: StateError): Work<Transition> {
  throw error
}

function findTask(run: Run, taskId: string): Frame | undefined {
  const frame = ownFrame(run, frameOfId(taskId))
  return frame?.waiting.kind === 'task' && frame.waiting.taskId === taskId ? frame : undefined
}

function* onTask(run: Run, { taskId }: { readonly taskId: string }, change: (frame: Frame) => void): Work<void> {
  const frame = findTask(run, taskId)
  if (frame !== undefined) change(frame)
}

function* onTaskEnd(run: Run, { taskId }: { readonly taskId: string }, move: (frame: Frame) => Work<Transition>): Work<void> {
  const frame = findTask(run, taskId)
  if (frame !== undefined) yield* proceed(run, frame, () => move(frame))
}

function* onMapRun(run: Run, requestId: string, move: (frame: Frame) => Work<Transition>): Work<void> {
  const frame = ownFrame(run, frameOfId(requestId))
  if (frame?.waiting.kind === 'mapRun' && frame.waiting.requestId === requestId) yield* proceed(run, frame, () => move(frame))
}

function* onChildEnded(run: Run, input: Extract<Input, { kind: 'childEnded' }>): Work<void> {
  const frame = ownFrame(run, frameOfId(input.childId))
  if (frame !== undefined && awaitsChild(frame, input.childId)) yield* proceed(run, frame, () => childEnded(run, frame, input))
}

function* timerFired(run: Run, { timerId }: Extract<Input, { kind: 'timerFired' }>): Work<void> {
  if (timerId === run.timeoutTimer) return timeOut(run)
  const frame = ownFrame(run, frameOfId(timerId))
  if (frame === undefined) return
  const { waiting, state } = frame
  if (waiting.kind === 'task' && (waiting.timeoutTimer === timerId || waiting.heartbeatTimer === timerId)) {
    yield* proceed(run, frame, () => raise(timeOutTask(run, frame, timerId)))
  }
  if (waiting.kind !== 'timer' || waiting.timerId !== timerId) return
  yield* proceed(run, frame, () => (state.type === 'Wait' ? leaveWait(run, frame, state) : enterState(run, frame)))
}

/** The machine's TimeoutSeconds are up. */
function timeOut(run: Run): void {
  run.timeoutTimer = undefined
  run.failurePoint = run.base
  endExecution(run, { status: 'TIMED_OUT' }, 0)
}
