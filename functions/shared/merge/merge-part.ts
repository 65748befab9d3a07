import { PlanMismatchError } from '../errors.ts'
import type { ByteSource } from '../objects/byte-source.ts'
import type { PartSink, StoredPart } from '../objects/part-sink.ts'
import { BufferPool } from './buffer-pool.ts'
import { LARGEST_PART, rangeOfPart } from './cut-parts.ts'
import { mergeRange } from './merge-range.ts'
import type { MergePlan } from './plan.ts'

/** One part of a planned merge; `sources[i]` is input i of the plan. */
export interface PartJob {
  plan: MergePlan
  sources: readonly ByteSource[]
  sink: PartSink
  partNumber: number
}

const memory = new BufferPool(LARGEST_PART)

/** Makes a part of the output and stores it. Repeatable: the same part has the same bytes. */
export async function mergePart({ plan, sources, sink, partNumber }: PartJob): Promise<StoredPart> {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > plan.parts) {
    throw new PlanMismatchError(`The plan has parts 1 to ${plan.parts}; part ${partNumber} was asked for`)
  }
  const { begin, end } = rangeOfPart(plan, partNumber)
  const buffer = memory.take()
  try {
    const into = new Uint8Array(buffer, 0, end - begin)
    await mergeRange({ plan, sources, begin, into })
    return await sink.write(partNumber, into)
  } finally {
    memory.giveBack(buffer)
  }
}
