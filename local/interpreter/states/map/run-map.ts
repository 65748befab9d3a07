import type { Json } from '../../contract.ts'
import { queryEvaluationError, runtimeError } from '../../error/state-error.ts'
import { isArray, isObject } from '../../json.ts'
import type { MapState } from '../../machine.ts'
import { settle, type Work } from '../../query/expression.ts'
import type { Frame } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import type { Transition } from '../../run/transition.ts'
import { effectiveInput } from '../pipeline.ts'
import { enterDistributedMap } from './distributed-map.ts'
import { enterInlineMap } from './inline-map.ts'

/** Evaluates what both modes have and goes on with the mode. */
export function* enterMap(run: Run, frame: Frame, state: MapState): Work<Transition> {
  const data = effectiveInput(run, frame)
  const items = state.distributed?.itemReader === undefined ? yield* readItems(run, frame, { state, data }) : undefined
  const maxConcurrency = (yield* settle(state.maxConcurrency.evaluate(scopeOf(run, frame, { data })))) as number
  if (state.distributed !== undefined)
    return yield* enterDistributedMap(run, frame, { distributed: state.distributed, items, data, maxConcurrency })
  return yield* enterInlineMap(run, frame, { items: items!, data, maxConcurrency })
}

/** ItemsPath or Items, or the input itself; must be an array. A distributed Map also takes an object, whose members become `{ Key, Value }`. */
export function* readItems(
  run: Run,
  frame: Frame,
  { state, data }: { state: MapState; data: Json },
): Work<readonly Json[]> {
  const items = state.items === undefined ? data : yield* settle(state.items.evaluate(scopeOf(run, frame, { data })))
  if (isArray(items)) return items
  if (state.mode === 'DISTRIBUTED' && isObject(items))
    return Object.entries(items).map(([Key, Value]) => ({ Key, Value }))
  const text = JSON.stringify(items)
  if (state.language === 'JSONata') throw queryEvaluationError(`Map state input must be an array but was: ${text}`, {})
  const path = (state.itemsPath ?? '$').replace(/^\$\$/, '$')
  throw runtimeError(`Reference path "${path}" must point to array.`)
}
