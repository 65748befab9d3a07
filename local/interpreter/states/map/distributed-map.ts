import type {
  ChildResult,
  Input,
  Json,
  JsonObject,
  MapRunSettings,
  ReadItems,
  StartChild,
  WriteResults,
} from '../../contract.ts'
import { StateError, StatesErrors } from '../../error/state-error.ts'
import type { DistributedFields, ItemReader, MapState, ResultWriter } from '../../machine.ts'
import { evaluateOptional } from '../../query/evaluate-optional.ts'
import { settle, type Work } from '../../query/expression.ts'
import { type Scope, visibleVariables } from '../../query/scope.ts'
import { exitState } from '../../run/exit-state.ts'
import { type Frame, type MapRunWait, waitingForNothing } from '../../run/frame.ts'
import { advance, nextId, type Run, record } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { conclude, effectiveInput } from '../pipeline.ts'
import { batchItems, selectItems } from './map-run-items.ts'
import { checkTolerance, exceedsTolerance, type Tolerance } from './tolerated-failure.ts'

/** The most child executions a distributed Map runs at a time. */
const MOST_CHILDREN = 1000

export interface Distributed {
  readonly distributed: DistributedFields
  /** Undefined when an ItemReader will bring them. */
  readonly items: readonly Json[] | undefined
  readonly data: Json
  readonly maxConcurrency: number
}

export function* enterDistributedMap(
  run: Run,
  frame: Frame,
  { distributed, items, data, maxConcurrency }: Distributed,
): Work<Transition> {
  advance(run, frame, { type: 'MapStateStarted', details: { length: items?.length ?? 0 } })
  const scope = scopeOf(run, frame, { data })
  const tolerance = yield* readTolerance(distributed, scope)
  const mapRunArn = makeMapRunArn(run, distributed.label)
  advance(run, frame, { type: 'MapRunStarted', details: { mapRunArn } })
  const settings = mapRunSettings({ distributed, tolerance, maxConcurrency, items })
  run.effects.push({ kind: 'startMapRun', mapRunArn, stateName: frame.state.name, settings })
  const limit = maxConcurrency > 0 ? Math.min(maxConcurrency, MOST_CHILDREN) : MOST_CHILDREN
  const requestId = nextId(run, frame, 'read')
  frame.waiting = {
    kind: 'mapRun',
    mapRunArn,
    phase: 'reading',
    requestId,
    limit,
    tolerance,
    inputs: [],
    started: 0,
    failed: 0,
    results: [],
  }
  if (items !== undefined) return yield* startItems(run, frame, items)
  run.effects.push(yield* prepareReader(distributed.itemReader!, scope, { mapRunArn, readId: requestId }))
  return waiting
}

/** How many failures the Map survives. Throws States.Runtime for values no Map can have. */
export function* readTolerance(distributed: DistributedFields, scope: Scope): Work<Tolerance> {
  const tolerance = {
    count: (yield* settle(distributed.toleratedFailureCount.evaluate(scope))) as number,
    percentage: (yield* settle(distributed.toleratedFailurePercentage.evaluate(scope))) as number,
  }
  checkTolerance(tolerance)
  return tolerance
}

function mapRunSettings({
  distributed,
  tolerance,
  maxConcurrency,
  items,
}: Omit<Distributed, 'data'> & { tolerance: Tolerance }): MapRunSettings {
  return {
    maxConcurrency,
    toleratedFailureCount: tolerance.count,
    toleratedFailurePercentage: tolerance.percentage,
    executionType: distributed.executionType,
    ...(items === undefined ? {} : { itemCount: items.length }),
  }
}

/** `arn:aws:states:us-east-1:123456789012:mapRun:<machine>/<label>:<uuid>` */
function makeMapRunArn(run: Run, label: string | undefined): string {
  const { stateMachineArn, stateMachineName } = run.start
  const [arn, partition, service, region, account] = stateMachineArn.split(':')
  return [
    arn,
    partition,
    service,
    region,
    account,
    'mapRun',
    `${stateMachineName}/${label ?? run.world.uuid()}`,
    run.world.uuid(),
  ].join(':')
}

function* prepareReader(reader: ItemReader, scope: Scope, ids: { mapRunArn: string; readId: string }): Work<ReadItems> {
  const maxItems = yield* evaluateOptional(reader.maxItems, scope)
  const parameters = (yield* evaluateOptional(reader.parameters, scope)) ?? {}
  const readerConfig: JsonObject = { ...reader.config, ...(maxItems === undefined ? {} : { MaxItems: maxItems }) }
  return { kind: 'readItems', ...ids, resource: reader.resource, parameters, readerConfig }
}

/** The items are known: makes the inputs of the children and starts as many as may run. */
export function* startItems(run: Run, frame: Frame, items: readonly Json[]): Work<Transition> {
  const wait = frame.waiting as MapRunWait
  const selected = yield* selectItems(run, frame, items)
  frame.waiting = {
    ...wait,
    phase: 'running',
    requestId: nextId(run, frame, 'child'),
    inputs: yield* batchItems(run, frame, selected),
  }
  return yield* startChildren(run, frame)
}

function* startChildren(run: Run, frame: Frame): Work<Transition> {
  let wait = frame.waiting as MapRunWait
  while (wait.started < wait.inputs.length && wait.started - wait.results.length < wait.limit) {
    run.effects.push(makeChild(run, frame, wait))
    wait = { ...wait, started: wait.started + 1 }
  }
  frame.waiting = wait
  return wait.results.length < wait.inputs.length ? waiting : yield* finishMapRun(run, frame, wait)
}

function makeChild(run: Run, frame: Frame, { mapRunArn, requestId, inputs, started }: MapRunWait): StartChild {
  const { input, mapItem } = inputs[started]!
  return {
    kind: 'startChild',
    childId: `${requestId}-${started}`,
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
    index < wait.started &&
    !wait.results.some((result) => result.index === index)
  )
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
  const { mapRunArn } = frame.waiting as MapRunWait
  stopChildren(run, frame)
  run.effects.push({ kind: 'endMapRun', mapRunArn, status: 'FAILED' })
  frame.waiting = waitingForNothing
  advance(run, frame, { type: 'MapRunFailed', details: { error, cause } })
  return new StateError({ error, cause })
}

/** Stops the child executions that have not ended. */
export function stopChildren(run: Run, frame: Frame): void {
  const { started, results } = frame.waiting as MapRunWait
  if (started > results.length)
    run.effects.push({ kind: 'stopChildren', mapRunArn: (frame.waiting as MapRunWait).mapRunArn })
}
