import type { ChildResult, Input, Json, StartChild, WriteResults } from '../../contract.ts'
import { StateError, StatesErrors } from '../../error/state-error.ts'
import type { MapState, ResultWriter } from '../../machine.ts'
import { evaluateOptional } from '../../query/evaluate-optional.ts'
import type { Work } from '../../query/expression.ts'
import { type Scope, visibleVariables } from '../../query/scope.ts'
import { exitState } from '../../run/exit-state.ts'
import { type Frame, type MapRunWait, waitingForNothing } from '../../run/frame.ts'
import { advance, nextId, type Run, record } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { conclude, effectiveInput } from '../pipeline.ts'
import { exceedsTolerance } from './tolerated-failure.ts'

/** Starts as many children as may run, and finishes when all have ended. */
export function* startChildren(run: Run, frame: Frame): Work<Transition> {
  let wait = frame.waiting as MapRunWait
  while (wait.started < wait.order.length && wait.started - (wait.results.length - wait.kept) < wait.limit) {
    run.effects.push(makeChild(run, frame, wait))
    wait = { ...wait, started: wait.started + 1 }
  }
  frame.waiting = wait
  return wait.results.length < wait.inputs.length ? waiting : yield* finishMapRun(run, frame, wait)
}

function makeChild(run: Run, frame: Frame, { mapRunArn, requestId, inputs, order, started }: MapRunWait): StartChild {
  const index = order[started]!
  const { input, mapItem } = inputs[index]!
  return {
    kind: 'startChild',
    childId: `${requestId}-${index}`,
    name: run.world.uuid(),
    mapRunArn,
    stateName: frame.state.name,
    executionType: (frame.state as MapState).distributed!.executionType,
    input: JSON.stringify(input),
    start: { variables: visibleVariables(frame.variables), ...(mapItem === undefined ? {} : { mapItem }) },
  }
}

/** Is this child of the run that the frame waits for still running? */
export function awaitsChild({ waiting: wait }: Frame, childId: string): boolean {
  if (wait.kind !== 'mapRun' || wait.phase !== 'running') return false
  const index = indexOfChild(childId)
  return (
    childId === `${wait.requestId}-${index}` &&
    isStarted(wait, index) &&
    !wait.results.some((result) => result.index === index)
  )
}

function isStarted({ order, started }: MapRunWait, index: number): boolean {
  const position = order.indexOf(index)
  return position >= 0 && position < started
}

function indexOfChild(childId: string): number {
  return Number(childId.slice(childId.lastIndexOf('-') + 1))
}

/** A child execution ended: the next one starts, or the Map is through, or too many have failed. */
export function* childEnded(run: Run, frame: Frame, ended: Extract<Input, { kind: 'childEnded' }>): Work<Transition> {
  const wait = frame.waiting as MapRunWait
  const index = indexOfChild(ended.childId)
  const { input } = wait.inputs[index]!
  const result: ChildResult = {
    index,
    name: ended.childId,
    input,
    outcome: ended.outcome,
    ...(ended.executionArn === undefined ? {} : { executionArn: ended.executionArn }),
  }
  const failed = wait.failed + (ended.outcome.status === 'SUCCEEDED' ? 0 : 1)
  frame.waiting = { ...wait, failed, results: [...wait.results, result] }
  if (exceedsTolerance(wait.tolerance, { failed, total: wait.inputs.length })) {
    throw failMapRun(run, frame, {
      error: StatesErrors.exceedToleratedFailureThreshold,
      cause: 'The specified tolerated failure threshold was exceeded',
    })
  }
  return yield* startChildren(run, frame)
}

/** Every child is through: the results are written, or are the result. */
function* finishMapRun(run: Run, frame: Frame, wait: MapRunWait): Work<Transition> {
  const results = wait.results.toSorted((left, right) => left.index - right.index)
  const writer = (frame.state as MapState).distributed!.resultWriter
  if (writer?.resource === undefined) return yield* mapRunSucceeded(run, frame, results.map(outputOf))
  const writeId = nextId(run, frame, 'write')
  const scope = scopeOf(run, frame, { data: effectiveInput(run, frame) })
  run.effects.push(yield* prepareWriter(writer, scope, { mapRunArn: wait.mapRunArn, writeId, results }))
  frame.waiting = { ...wait, phase: 'writing', requestId: writeId }
  return waiting
}

function* prepareWriter(
  writer: ResultWriter,
  scope: Scope,
  ids: { mapRunArn: string; writeId: string; results: readonly ChildResult[] },
): Work<WriteResults> {
  const parameters = (yield* evaluateOptional(writer.parameters, scope)) ?? {}
  return { kind: 'writeResults', ...ids, resource: writer.resource!, parameters, writerConfig: writer.writerConfig }
}

function outputOf({ outcome }: ChildResult): Json {
  if (outcome.status === 'SUCCEEDED') return JSON.parse(outcome.output) as Json
  return {
    Status: outcome.status,
    ...(outcome.error === undefined ? {} : { Error: outcome.error }),
    ...(outcome.cause === undefined ? {} : { Cause: outcome.cause }),
  }
}

/** Ends the run well; `result` is what the Map state answers. */
export function* mapRunSucceeded(run: Run, frame: Frame, result: Json): Work<Transition> {
  const { mapRunArn } = frame.waiting as MapRunWait
  frame.waiting = waitingForNothing
  run.effects.push({ kind: 'endMapRun', mapRunArn, status: 'SUCCEEDED' })
  advance(run, frame, { type: 'MapRunSucceeded' })
  record(run, 'MapStateSucceeded', { previous: frame.previous })
  return exitState(run, frame, yield* conclude(run, frame, result))
}

/** Ends the run badly: stops what still runs, records it and makes the error. */
export function failMapRun(run: Run, frame: Frame, { error, cause }: { error: string; cause: string }): StateError {
  const wait = frame.waiting as MapRunWait
  const { mapRunArn } = wait
  stopChildren(run, frame)
  frame.failedRun = wait
  run.effects.push({ kind: 'endMapRun', mapRunArn, status: 'FAILED' })
  frame.waiting = waitingForNothing
  advance(run, frame, { type: 'MapRunFailed', details: { error, cause } })
  return new StateError({ error, cause })
}

/** Stops the child executions that have not ended. */
export function stopChildren(run: Run, frame: Frame): void {
  const { mapRunArn, started, kept, results } = frame.waiting as MapRunWait
  if (started > results.length - kept) run.effects.push({ kind: 'stopChildren', mapRunArn })
}

/** Takes a failed or stopped run up again: what has succeeded stays, everything else runs once more. */
export function redriveMapRun(run: Run, frame: Frame): Work<Transition> {
  const wait = frame.waiting as MapRunWait
  const { mapRunArn, settings, inputs } = wait
  const results = wait.results.filter(({ outcome }) => outcome.status === 'SUCCEEDED')
  const succeeded = new Set(results.map(({ index }) => index))
  const order = inputs.map((_, index) => index).filter((index) => !succeeded.has(index))
  advance(run, frame, { type: 'MapRunRedriven', details: { mapRunArn, redriveCount: run.redriveCount } })
  run.effects.push({ kind: 'startMapRun', mapRunArn, stateName: frame.state.name, settings })
  const requestId = nextId(run, frame, 'child')
  frame.waiting = { ...wait, requestId, order, started: 0, kept: results.length, failed: 0, results }
  return startChildren(run, frame)
}
