import type { Segment, SourceRange } from './cut-segments.ts'

const MIB = 1024 * 1024

/** What reading may cost: bytes of one request, bytes read in vain between two ranges and in a whole batch. */
export const READ_LIMITS = {
  requestBytes: 8 * MIB,
  gapBytes: 256 * 1024,
  batchBytes: 12 * MIB,
  batchGaps: 1 * MIB,
  batchSegments: 512,
} as const

/** One ranged read into a batch's memory. */
export interface Read {
  input: number
  begin: number
  length: number
  /** Where in the batch's memory the bytes go; as far from a multiple of 8 as `begin` is. */
  into: number
}

/** Segments that are read and computed together. */
export interface Batch {
  segments: Segment[]
  reads: Read[]
  /** Bytes of memory that the reads need. */
  memory: number
  /** Where in that memory the first byte of a range of one of the segments is. */
  locate(range: SourceRange): number
}

/** The most memory that a batch can need. */
export const BATCH_MEMORY = READ_LIMITS.batchBytes + READ_LIMITS.batchGaps + READ_LIMITS.batchSegments * 3 * 16

/** Gathers segments into batches in their order, each with the fewest reads that the limits allow. */
export function batchSegments(segments: readonly Segment[]): Batch[] {
  const batches: Batch[] = []
  let gathered: Segment[] = []
  let bytes = 0
  for (const segment of segments) {
    const more = segment.ranges.reduce((sum, { begin, end }) => sum + end - begin, 0)
    const full = bytes + more > READ_LIMITS.batchBytes || gathered.length === READ_LIMITS.batchSegments
    if (full && gathered.length > 0) {
      batches.push(planReads(gathered))
      gathered = []
      bytes = 0
    }
    gathered.push(segment)
    bytes += more
  }
  if (gathered.length > 0) batches.push(planReads(gathered))
  return batches
}

interface Block extends SourceRange {
  into: number
}

function planReads(segments: Segment[]): Batch {
  const blocks: Block[] = []
  let memory = 0
  for (const joined of joinRanges(segments.flatMap(({ ranges }) => ranges))) {
    // The same distance from a multiple of 8 as in the file, so that what is aligned there is aligned here.
    const into = memory + ((((joined.begin - memory) % 8) + 8) % 8)
    blocks.push({ ...joined, into })
    memory = into + joined.end - joined.begin
  }
  return { segments, reads: blocks.flatMap(splitBlock), memory, locate: (range) => locate(blocks, range) }
}

/** Ranges of the same input that overlap or lie close together become one. */
function joinRanges(ranges: readonly SourceRange[]): SourceRange[] {
  const sorted = ranges.filter(({ begin, end }) => begin < end).sort((a, b) => a.input - b.input || a.begin - b.begin)
  const joined: SourceRange[] = []
  let gaps = 0
  for (const range of sorted) {
    const last = joined.at(-1)
    const gap = last === undefined || last.input !== range.input ? Number.POSITIVE_INFINITY : range.begin - last.end
    if (last === undefined || gap > READ_LIMITS.gapBytes || gaps + gap > READ_LIMITS.batchGaps) {
      joined.push({ ...range })
      continue
    }
    gaps += Math.max(gap, 0)
    last.end = Math.max(last.end, range.end)
  }
  return joined
}

function splitBlock({ input, begin, end, into }: Block): Read[] {
  const reads: Read[] = []
  for (let at = begin; at < end; at += READ_LIMITS.requestBytes) {
    reads.push({ input, begin: at, length: Math.min(READ_LIMITS.requestBytes, end - at), into: into + at - begin })
  }
  return reads
}

function locate(blocks: readonly Block[], range: SourceRange): number {
  if (range.begin === range.end) return 0
  const block = blocks.find(
    ({ input, begin, end }) => input === range.input && begin <= range.begin && range.end <= end,
  )
  if (block === undefined) throw new Error('A range was not read')
  return block.into + range.begin - block.begin
}
