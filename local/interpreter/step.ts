import type { Eventually, Execution, Input, StepResult } from './contract.ts'
import type { Work } from './query/expression.ts'
import { drive, failFrom, proceed } from './run/drive.ts'
import { endExecution } from './run/end-execution.ts'
import type { Frame } from './run/frame.ts'
import { redrive } from './run/redrive.ts'
import { type ExecutionState, frameOfId, openRun, ownFrame, type Run } from './run/run.ts'
import { enterState } from './states/enter-state.ts'
import { startItems } from './states/map/distributed-map.ts'
import { awaitsChild, childEnded, failMapRun, mapRunSucceeded } from './states/map/map-run.ts'
import {
  failTask,
  taskHeartbeat,
  taskStarted,
  taskSubmitted,
  taskSucceeded,
  timeOutTask,
} from './states/task/run-task.ts'
import { leaveWait } from './states/wait/run-wait.ts'

/**
 * Tells the execution what happened and answers what follows from it. Inputs that come too late (a task already timed out, a timer already cancelled,
 * anything after the end) change nothing.
 */
export function step(execution: Execution, input: Input): Eventually<StepResult<ExecutionState>> {
  const state = execution as ExecutionState
  const run = openRun(state, input.at)
  const handle = handlers[input.kind] as Handler<Input>
  const applies =
    input.kind === 'redrive' ? state.status !== 'RUNNING' && state.status !== 'SUCCEEDED' : state.status === 'RUNNING'
  return drive(run, applies ? handle(run, input) : undefined)
}

type Handler<I> = (run: Run, input: I) => Work<void> | undefined

const handlers: { readonly [I in Input as I['kind']]: Handler<I> } = {
  continue: () => undefined,
  taskStarted: (run, input) => onTask(run, input, (frame) => taskStarted(run, frame, input.workerName)),
  taskSubmitted: (run, input) => onTask(run, input, (frame) => taskSubmitted(run, frame, input.output)),
  taskHeartbeat: (run, input) => onTask(run, input, (frame) => taskHeartbeat(run, frame)),
  taskSucceeded: (run, input) =>
    onTask(run, input, (frame) => proceed(run, frame, taskSucceeded(run, frame, input.output))),
  taskFailed: (run, input) => {
    const { error, cause, phase = 'run' } = input
    return onTask(run, input, (frame) =>
      failFrom(run, frame, failTask(run, frame, { options: { error, cause }, phase })),
    )
  },
  timerFired,
  itemsRead: (run, input) =>
    onMapRun(run, input.readId, (frame) => proceed(run, frame, startItems(run, frame, input.items))),
  itemsFailed: (run, input) =>
    onMapRun(run, input.readId, (frame) => failFrom(run, frame, failMapRun(run, frame, input))),
  resultsWritten: (run, input) =>
    onMapRun(run, input.writeId, (frame) => proceed(run, frame, mapRunSucceeded(run, frame, input.output))),
  resultsFailed: (run, input) =>
    onMapRun(run, input.writeId, (frame) => failFrom(run, frame, failMapRun(run, frame, input))),
  childEnded: onChildEnded,
  stop,
  redrive,
}

function onTask(run: Run, { taskId }: { readonly taskId: string }, change: (frame: Frame) => Work<void> | void) {
  const frame = ownFrame(run, frameOfId(taskId))
  const awaited = frame?.waiting.kind === 'task' && frame.waiting.taskId === taskId
  return (awaited ? change(frame) : undefined) as Work<void> | undefined
}

function onMapRun(run: Run, requestId: string, change: (frame: Frame) => Work<void>): Work<void> | undefined {
  const frame = ownFrame(run, frameOfId(requestId))
  const awaited = frame?.waiting.kind === 'mapRun' && frame.waiting.requestId === requestId
  return awaited ? change(frame) : undefined
}

function onChildEnded(run: Run, input: Extract<Input, { kind: 'childEnded' }>): Work<void> | undefined {
  const frame = ownFrame(run, frameOfId(input.childId))
  if (frame === undefined || !awaitsChild(frame, input.childId)) return undefined
  return proceed(run, frame, childEnded(run, frame, input))
}

function timerFired(run: Run, { timerId }: Extract<Input, { kind: 'timerFired' }>): Work<void> | undefined {
  if (timerId === run.timeoutTimer) return timeOut(run)
  const frame = ownFrame(run, frameOfId(timerId))
  if (frame === undefined) return undefined
  const { waiting, state } = frame
  if (waiting.kind === 'timer' && waiting.timerId === timerId) {
    return proceed(run, frame, state.type === 'Wait' ? leaveWait(run, frame, state) : enterState(run, frame))
  }
  const ofTask = waiting.kind === 'task' && (waiting.timeoutTimer === timerId || waiting.heartbeatTimer === timerId)
  return ofTask ? failFrom(run, frame, timeOutTask(run, frame, timerId)) : undefined
}

/** The machine's TimeoutSeconds are up. */
function timeOut(run: Run): undefined {
  run.timeoutTimer = undefined
  run.failurePoint = run.base
  endExecution(run, { status: 'TIMED_OUT' }, 0)
}

function stop(run: Run, { error, cause }: Extract<Input, { kind: 'stop' }>): undefined {
  run.failurePoint = run.base
  endExecution(
    run,
    { status: 'ABORTED', ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) },
    0,
  )
}
