import type { Json } from '../contract.ts'
import { StateError, StatesErrors } from '../error/state-error.ts'
import { isArray } from '../json.ts'
import type { MapState } from '../machine.ts'
import { settle, type Work } from '../query/expression.ts'
import { scopeOf } from '../run/scope-of.ts'
import { readTolerance } from '../states/map/distributed-map.ts'
import { selectItems } from '../states/map/map-run-items.ts'
import { readItems } from '../states/map/run-map.ts'
import { exceedsTolerance, type Tolerance } from '../states/map/tolerated-failure.ts'
import { effectiveInput } from '../states/pipeline.ts'
import { parseJson } from './check-request.ts'
import { refuse } from './refusal.ts'
import { inspect, type Subject } from './subject.ts'

/** Evaluates what a Map evaluates before its iterations, and answers the mocked result. Throws StateError. */
export function* mapResult(subject: Subject, state: MapState): Work<Json> {
  const { run, frame, inspection, request, fields } = subject
  const data = effectiveInput(run, frame)
  if (state.language === 'JSONPath') inspect(subject, 'afterInputPath', data)
  const items = yield* itemsOf(subject, { state, data })
  inspection.maxConcurrency = yield* settle(state.maxConcurrency.evaluate(scopeOf(run, frame, { data })))
  const tolerance = yield* toleranceOf(subject, { state, data })
  if (fields.ItemSelector !== undefined)
    inspect(
      subject,
      'afterItemSelector',
      (yield* selectItems(run, frame, items)).map(({ input }) => input),
    )
  checkFailureCount(subject, items.length)
  const failed = request.stateConfiguration?.mapIterationFailureCount ?? 0
  if (request.mock!.errorOutput !== undefined) throw new StateError(request.mock!.errorOutput)
  if (tolerance !== undefined && exceedsTolerance(tolerance, { failed, total: items.length })) {
    throw new StateError({
      error: StatesErrors.exceedToleratedFailureThreshold,
      cause: 'The specified tolerated failure threshold was exceeded',
    })
  }
  return JSON.parse(request.mock!.result!) as Json
}

function* itemsOf(subject: Subject, { state, data }: { state: MapState; data: Json }): Work<readonly Json[]> {
  const { run, frame, request, inspection } = subject
  const given = request.stateConfiguration?.mapItemReaderData
  if (given !== undefined) {
    const items = parseJson(given, 'MapItemReaderData must be a valid JSON.')
    return isArray(items) ? items : refuse('MapItemReaderData must be an array.')
  }
  if (state.distributed?.itemReader !== undefined) return []
  const items = yield* readItems(run, frame, { state, data })
  if (state.itemsPath !== undefined) inspection.afterItemsPath = spaced(items)
  return items
}

/** AWS writes this one with a space after commas and colons. */
function spaced(value: Json): string {
  return JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/([[{]) /g, '$1')
    .replace(/ ([\]}])/g, '$1')
}

function* toleranceOf(
  { run, frame, fields, inspection }: Subject,
  { state, data }: { state: MapState; data: Json },
): Work<Tolerance | undefined> {
  if (state.distributed === undefined) return undefined
  const tolerance = yield* readTolerance(state.distributed, scopeOf(run, frame, { data }))
  const counted = fields.ToleratedFailureCount !== undefined || fields.ToleratedFailureCountPath !== undefined
  const measured =
    fields.ToleratedFailurePercentage !== undefined || fields.ToleratedFailurePercentagePath !== undefined
  if (counted) inspection.toleratedFailureCount = tolerance.count
  if (measured) inspection.toleratedFailurePercentage = tolerance.percentage
  return counted || measured ? tolerance : undefined
}

function checkFailureCount({ request }: Subject, iterations: number): void {
  const failures = request.stateConfiguration?.mapIterationFailureCount
  if (failures !== undefined && failures > iterations) {
    refuse('Map iteration failure count must be less than or equal to the number of Map iterations')
  }
}
