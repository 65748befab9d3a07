import type { Json, JsonObject, MapRunSettings, ReadItems } from '../../contract.ts'
import type { DistributedFields, ItemReader } from '../../machine.ts'
import { evaluateOptional } from '../../query/evaluate-optional.ts'
import { settle, type Work } from '../../query/expression.ts'
import type { Scope } from '../../query/scope.ts'
import type { Frame, MapRunWait } from '../../run/frame.ts'
import { advance, nextId, type Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { startChildren } from './map-run.ts'
import { batchItems, selectItems } from './map-run-items.ts'
import { checkTolerance, type Tolerance } from './tolerated-failure.ts'

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
    settings,
    inputs: [],
    order: [],
    started: 0,
    kept: 0,
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
  const inputs = yield* batchItems(run, frame, selected)
  const order = inputs.map((_, index) => index)
  frame.waiting = { ...wait, phase: 'running', requestId: nextId(run, frame, 'child'), inputs, order }
  return yield* startChildren(run, frame)
}
