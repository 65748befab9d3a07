import { bytesOf } from '../safetensors/dtype.ts'
import { type ElementRun, sourceRun } from './kernel/compute-tensor.ts'
import type { MergePlan, PlanTensor } from './plan.ts'

/** Bytes of an input, counted from the start of its file. */
export interface SourceRange {
  input: number
  begin: number
  end: number
}

/** A run of the output that belongs to one tensor, and what has to be read for it. */
export interface Segment {
  tensor: PlanTensor
  /** First byte in the output, from the start of the file. */
  begin: number
  length: number
  /** Elements, or bytes where the tensor is copied. */
  run: ElementRun
  /** One for each source of the tensor. */
  ranges: SourceRange[]
}

/** Cuts an output range (ends on multiples of 8, or the file's end) into segments whose sources have at most `mostBytes` together. */
export function cutSegments(plan: MergePlan, range: { begin: number; end: number }, mostBytes: number): Segment[] {
  const segments: Segment[] = []
  for (let index = firstTensor(plan.tensors, range.begin); index < plan.tensors.length; index++) {
    const tensor = plan.tensors[index]!
    if (tensor.begin >= range.end) break
    segments.push(...cutTensor(tensor, range, mostBytes))
  }
  return segments
}

/** Index of the first tensor that ends after the offset. */
function firstTensor(tensors: readonly PlanTensor[], offset: number): number {
  let low = 0
  let high = tensors.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (tensors[middle]!.end > offset) high = middle
    else low = middle + 1
  }
  return low
}

function cutTensor(tensor: PlanTensor, range: { begin: number; end: number }, mostBytes: number): Segment[] {
  const width = unitOf(tensor, tensor.dtype)
  const sourceBytes = tensor.sources.reduce((sum, { dtype }) => sum + unitOf(tensor, dtype), 0)
  // A multiple of 8 elements, so that every cut stays aligned in every source.
  const most = Math.max(8, Math.floor(mostBytes / sourceBytes / 8) * 8)
  const from = (Math.max(range.begin, tensor.begin) - tensor.begin) / width
  const to = (Math.min(range.end, tensor.end) - tensor.begin) / width
  if (!Number.isInteger(from) || !Number.isInteger(to))
    throw new RangeError(`A cut splits an element of ${tensor.name}`)
  const segments: Segment[] = []
  for (let first = from; first < to; first += most) {
    segments.push(segmentOf(tensor, { first, count: Math.min(most, to - first) }))
  }
  return segments
}

function segmentOf(tensor: PlanTensor, run: ElementRun): Segment {
  const width = unitOf(tensor, tensor.dtype)
  const ranges = tensor.sources.map(({ input, dtype, begin }, index) => {
    const { first, count } = sourceRun(tensor, index, run)
    const unit = unitOf(tensor, dtype)
    return { input, begin: begin + first * unit, end: begin + (first + count) * unit }
  })
  return { tensor, begin: tensor.begin + run.first * width, length: run.count * width, run, ranges }
}

/** What is copied goes byte by byte: its elements may have less than a byte. */
function unitOf({ operation }: PlanTensor, dtype: PlanTensor['dtype']): number {
  return operation === 'copy' ? 1 : bytesOf(dtype)
}
