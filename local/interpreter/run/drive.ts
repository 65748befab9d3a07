import type { Eventually, JsonObject, StepResult } from '../contract.ts'
import { failState, type Recovery } from '../error/fail-state.ts'
import { StateError, StatesErrors } from '../error/state-error.ts'
import { perform, type Work } from '../query/expression.ts'
import { enterState } from '../states/enter-state.ts'
import { collectMap, iterationSucceeded } from '../states/map/inline-map.ts'
import { redriveMapRun } from '../states/map/map-run.ts'
import { collectParallel } from '../states/parallel/run-parallel.ts'
import { recordTaskStarted } from '../states/task/run-task.ts'
import { abortChildren } from './abort-frame.ts'
import { endExecution, failedOutcome } from './end-execution.ts'
import type { ChildrenWait, Frame } from './frame.ts'
import { advance, closeRun, type ExecutionState, type Job, ownFrame, type Run, settleFrames } from './run.ts'
import { ENTERED } from './state-events.ts'
import type { Transition } from './transition.ts'

/** State transitions a step makes before it gives the turn back. */
const TRANSITIONS_PER_STEP = 10_000
/** The most events the history of a Standard execution may have. */
const LONGEST_HISTORY = 25_000

/** Performs `begin`, all the jobs there are and all they lead to, and closes the step. */
export function drive(run: Run, begin?: Work<void>): Eventually<StepResult<ExecutionState>> {
  const work = perform(driveJobs(run, begin))
  return work instanceof Promise ? work.then(() => finish(run)) : finish(run)
}

function finish(run: Run): StepResult<ExecutionState> {
  const execution = closeRun(run)
  return { execution, events: run.events, effects: run.effects, pending: execution.jobs.length > 0 }
}

function* driveJobs(run: Run, begin: Work<void> | undefined): Work<void> {
  if (begin !== undefined) yield* begin
  while (run.jobs.length > 0 && !isSpent(run)) {
    const { jobs } = run
    run.jobs = []
    yield* driveBatch(run, jobs)
  }
  if (run.interrupted !== undefined) run.jobs.unshift({ kind: 'enter', frame: run.interrupted })
  endWhenFull(run)
}

/** Jobs made on the way come after the batch, except failures, which come at once. */
function* driveBatch(run: Run, batch: readonly Job[]): Work<void> {
  for (const [position, job] of batch.entries()) {
    if (run.outcome !== undefined) return
    if (isSpent(run)) {
      run.jobs = [...batch.slice(position), ...run.jobs]
      return
    }
    const frame = ownFrame(run, job.frame)
    const work = frame === undefined ? undefined : (workers[job.kind] as Worker<Job>)(run, frame, job)
    if (work !== undefined) yield* work
  }
}

/** The step has made its transitions, or the history is full. */
function isSpent(run: Run): boolean {
  const { transitionsPerStep = TRANSITIONS_PER_STEP, type } = run.start
  return run.transitions >= transitionsPerStep || (type === 'STANDARD' && run.event >= LONGEST_HISTORY)
}

type Worker<J extends Job> = (run: Run, frame: Frame, job: J) => Work<void> | undefined

const workers: { readonly [J in Job as J['kind']]: Worker<J> } = {
  enter: (run, frame) => {
    recordEntry(run, frame)
    return proceed(run, frame, enterState(run, frame))
  },
  resume: (run, frame) =>
    proceed(run, frame, frame.waiting.kind === 'mapRun' ? redriveMapRun(run, frame) : enterState(run, frame)),
  taskStarted: (run, frame, { taskId }) => {
    if (frame.waiting.kind === 'task' && frame.waiting.taskId === taskId) recordTaskStarted(run, frame, undefined)
    return undefined
  },
  collect: (run, frame) =>
    proceed(run, frame, frame.state.type === 'Map' ? collectMap(run, frame) : collectParallel(run, frame)),
}

/** Makes a move and all that follow from it until the frame waits or ends. */
export function proceed(run: Run, frame: Frame, move: Work<Transition>): Work<void> {
  return follow(run, frame, attempt(run, frame, move))
}

/** The frame's state has failed. */
export function failFrom(run: Run, frame: Frame, error: StateError): Work<void> {
  return follow(run, frame, failState(run, frame, error))
}

function* follow(run: Run, frame: Frame, move: Work<Recovery>): Work<void> {
  let recovery = yield* move
  while (recovery.kind === 'next') {
    moveTo(frame, recovery)
    if (isSpent(run)) {
      run.interrupted = frame.id
      return
    }
    recordEntry(run, frame)
    recovery = yield* attempt(run, frame, enterState(run, frame))
  }
  if (recovery.kind === 'end') yield* endFrame(run, frame, recovery)
  if (recovery.kind === 'failed') yield* failFrame(run, frame, recovery.error)
}

function* attempt(run: Run, frame: Frame, move: Work<Transition>): Work<Recovery> {
  try {
    return yield* move
  } catch (error) {
    if (error instanceof StateError) return yield* failState(run, frame, error)
    throw error
  }
}

function moveTo(frame: Frame, { state, output, text }: Extract<Transition, { kind: 'next' }>): void {
  frame.state = frame.workflow.states.get(state)!
  frame.input = output
  frame.inputText = text
  frame.attempts = []
  frame.retryCount = 0
  frame.failedRun = undefined
}

const untruncated: JsonObject = { truncated: false }

/** StateEntered, with AWS's exception: the first event of the top level follows event 0, not ExecutionStarted. */
function recordEntry(run: Run, frame: Frame): void {
  run.transitions += 1
  frame.beforeEntry = frame.previous
  frame.enteredAt = run.at
  const details = { name: frame.state.name, input: frame.inputText, inputDetails: untruncated }
  advance(run, frame, { type: ENTERED[frame.state.type], details })
  frame.enteredId = frame.previous
}

/** A history that ran over is cut, so that the failure is its last event. */
function endWhenFull(run: Run): void {
  if (run.start.type === 'EXPRESS' || run.event < LONGEST_HISTORY || run.outcome !== undefined) return
  run.events.splice(run.events.length - (run.event - LONGEST_HISTORY + 1))
  run.event = LONGEST_HISTORY - 1
  run.failurePoint = settleFrames(run)
  const cause = `The execution reached the maximum number of history events (${LONGEST_HISTORY}).`
  endExecution(run, failedOutcome({ error: StatesErrors.runtime, stateCause: cause }), run.event)
}

function* endFrame(run: Run, frame: Frame, { output, text }: Extract<Transition, { kind: 'end' }>): Work<void> {
  if (frame.parent === undefined) {
    endExecution(run, { status: 'SUCCEEDED', output: text }, frame.previous)
    return
  }
  const parent = ownFrame(run, frame.parent)!
  frame.waiting = { kind: 'done', output }
  yield* childDone(run, parent, frame)
}

/** A child is through: counts it, starts what it made room for, and collects when it was the last. */
function* childDone(run: Run, parent: Frame, child: Frame): Work<void> {
  const wait = parent.waiting as ChildrenWait
  parent.waiting = { ...wait, done: wait.done + 1, last: child.previous }
  if (parent.state.type === 'Map') yield* iterationSucceeded(run, parent, child)
  if (wait.done + 1 === wait.count) run.jobs.push({ kind: 'collect', frame: parent.id })
}

/** The frame's workflow fails, and with it the Map or Parallel above it, which may yet retry or catch. */
function* failFrame(run: Run, { id, parent: parentId, previous }: Frame, error: StateError): Work<void> {
  run.failurePoint ??= settleFrames(run)
  if (parentId === undefined) {
    endExecution(run, failedOutcome(error), previous)
    return
  }
  const parent = ownFrame(run, parentId)!
  abortChildren(run, parent, ownFrame(run, id))
  parent.previous = previous
  yield* failFrom(run, parent, error)
  if (run.outcome === undefined) run.failurePoint = undefined
}
