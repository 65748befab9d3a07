import type { ByteSource } from '../objects/byte-source.ts'
import { encodeHeader } from '../safetensors/write-header.ts'
import { BATCH_MEMORY, type Batch, batchSegments, READ_LIMITS } from './batch-reads.ts'
import { BufferPool } from './buffer-pool.ts'
import { cutSegments, type Segment } from './cut-segments.ts'
import { computeTensor } from './kernel/compute-tensor.ts'
import type { MergePlan } from './plan.ts'

/** A range of the output to be made. `sources[i]` is input i of the plan. */
export interface RangeJob {
  plan: MergePlan
  sources: readonly ByteSource[]
  /** First byte of the output, a multiple of 8; `into` says how many, and begins on a multiple of 8 in its memory. */
  begin: number
  into: Uint8Array
}

/** Batches that are read while another one is computed; with two models that makes 6 requests in flight. */
const BATCHES_AT_ONCE = 3
/** Scattered layouts give batches of many small reads. */
const READS_PER_BATCH = 3

const memory = new BufferPool(BATCH_MEMORY)

/** Makes a range of the output: its header where the range holds it, and its tensors. Memory does not depend on the models' size. */
export async function mergeRange(job: RangeJob): Promise<void> {
  copyHeader(job)
  const range = { begin: job.begin, end: job.begin + job.into.length }
  const batches = batchSegments(cutSegments(job.plan, range, READ_LIMITS.batchBytes))
  await forEachAtOnce(batches, BATCHES_AT_ONCE, (batch) => mergeBatch(job, batch))
}

function copyHeader({ plan, begin, into }: RangeJob): void {
  const head = encodeHeader(plan.header)
  if (begin < head.length) into.set(head.subarray(begin, begin + into.length))
}

async function mergeBatch(job: RangeJob, batch: Batch): Promise<void> {
  const buffer = memory.take()
  try {
    await forEachAtOnce(batch.reads, READS_PER_BATCH, ({ input, begin, length, into }) =>
      job.sources[input]!.read(begin, new Uint8Array(buffer, into, length)),
    )
    for (const segment of batch.segments) fillSegment(job, segment, locateSources(segment, batch, buffer))
  } finally {
    memory.giveBack(buffer)
  }
}

function locateSources({ ranges }: Segment, batch: Batch, buffer: ArrayBuffer): Uint8Array[] {
  return ranges.map((range) => new Uint8Array(buffer, batch.locate(range), range.end - range.begin))
}

function fillSegment({ plan, begin, into }: RangeJob, segment: Segment, sources: Uint8Array[]): void {
  const target = into.subarray(segment.begin - begin, segment.begin - begin + segment.length)
  if (segment.tensor.operation === 'copy') target.set(sources[0]!)
  else computeTensor(segment.tensor, plan, { ...segment.run, sources, into: target })
}

/** Runs the work for every item, several at once. After a failure nothing new starts; it is thrown when all that runs has ended. */
async function forEachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (failed) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  const failure = ends.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}
