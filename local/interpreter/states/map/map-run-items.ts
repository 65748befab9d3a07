import type { Json } from '../../contract.ts'
import type { MapState } from '../../machine.ts'
import { evaluateOptional } from '../../query/evaluate-optional.ts'
import { settle, type Work } from '../../query/expression.ts'
import type { Frame, MapRunItem } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { effectiveInput } from '../pipeline.ts'
import { makeBatches } from './item-batcher.ts'

/** ItemSelector for every item. */
export function* selectItems(run: Run, frame: Frame, items: readonly Json[]): Work<readonly MapRunItem[]> {
  const { itemSelector } = frame.state as MapState
  const data = effectiveInput(run, frame)
  const selected: MapRunItem[] = []
  for (const [index, value] of items.entries()) {
    const mapItem = { index, value }
    const input =
      itemSelector === undefined ? value : yield* settle(itemSelector.evaluate(scopeOf(run, frame, { data, mapItem })))
    selected.push({ input, mapItem })
  }
  return selected
}

/** ItemBatcher, if there is one: the inputs of the children. */
export function* batchItems(run: Run, frame: Frame, items: readonly MapRunItem[]): Work<readonly MapRunItem[]> {
  const batcher = (frame.state as MapState).distributed!.itemBatcher
  if (batcher === undefined) return items
  const scope = scopeOf(run, frame, { data: effectiveInput(run, frame) })
  const limits = {
    items: (yield* evaluateOptional(batcher.maxItemsPerBatch, scope)) as number | undefined,
    bytes: (yield* evaluateOptional(batcher.maxInputBytesPerBatch, scope)) as number | undefined,
    batchInput: yield* evaluateOptional(batcher.batchInput, scope),
  }
  const inputs = items.map(({ input }) => input)
  return makeBatches(inputs, limits).map((input) => ({ input, mapItem: undefined }))
}
