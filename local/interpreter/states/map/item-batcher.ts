import type { Json, JsonObject } from '../../contract.ts'
import type { ItemBatcher } from '../../machine.ts'
import { compileTemplate } from '../../query/template.ts'
import type { StateSource } from '../fields.ts'
import { compileNumberField } from '../number-field.ts'

/** ItemBatcher: several items per child execution. */
export function compileItemBatcher({ fields, language }: StateSource): ItemBatcher | undefined {
  const batcher = fields.ItemBatcher as JsonObject | undefined
  if (batcher === undefined) return undefined
  const source = { fields: batcher, language }
  const accepts = (value: Json): boolean => typeof value === 'number' && Number.isInteger(value) && value > 0
  return {
    maxItemsPerBatch: compileNumberField(source, { field: 'MaxItemsPerBatch', accepts, expected: 'integer' }),
    maxInputBytesPerBatch: compileNumberField(source, { field: 'MaxInputBytesPerBatch', accepts, expected: 'integer' }),
    batchInput:
      batcher.BatchInput === undefined
        ? undefined
        : compileTemplate(batcher.BatchInput, { language, field: 'ItemBatcher/BatchInput' }),
  }
}

export interface BatchLimits {
  readonly items: number | undefined
  readonly bytes: number | undefined
  readonly batchInput: Json | undefined
}

/** The inputs of the children: `{ Items, BatchInput? }`. A batch always holds at least one item. */
export function makeBatches(
  items: readonly Json[],
  { items: most, bytes, batchInput }: BatchLimits,
): readonly JsonObject[] {
  const envelope = JSON.stringify(batchInput ?? null).length
  const batches: Json[][] = []
  let size = 0
  for (const item of items) {
    const length = JSON.stringify(item).length + 1
    const batch = batches.at(-1)
    const full =
      batch === undefined || batch.length === most || (bytes !== undefined && size + length + envelope > bytes)
    if (full) batches.push([item])
    else batch.push(item)
    size = full ? length : size + length
  }
  return batches.map((batch) =>
    batchInput === undefined ? { Items: batch } : { BatchInput: batchInput, Items: batch },
  )
}
