import { InvalidRequestError } from '../errors.ts'

const MIB = 1024 * 1024
const PAGE = 4096
/** The most that is in memory of a part at once. */
export const LARGEST_PART = 64 * MIB
/** S3 refuses smaller parts, except the last. */
const SMALLEST_PART = 5 * MIB
const MOST_PARTS = 10_000
const DEFAULT_PARTS = 32

/** How to cut; tests pass a tiny `smallestPart`. */
export interface CutOptions {
  parts?: number | undefined
  smallestPart?: number | undefined
}

/** Parts of one size, the last one smaller. A multiple of a page, so that no element is ever split. */
export function cutParts(size: number, options: CutOptions = {}): { partSize: number; parts: number } {
  const wanted = Math.ceil(size / (options.parts ?? DEFAULT_PARTS))
  const bounded = Math.min(Math.max(wanted, options.smallestPart ?? SMALLEST_PART), LARGEST_PART)
  const partSize = Math.ceil(bounded / PAGE) * PAGE
  const parts = Math.max(1, Math.ceil(size / partSize))
  if (parts > MOST_PARTS) {
    throw new InvalidRequestError(
      `The result has ${size} bytes, more than ${MOST_PARTS} parts of ${LARGEST_PART} bytes`,
    )
  }
  return { partSize, parts }
}

/** The bytes of a part, numbered from 1. */
export function rangeOfPart(
  plan: { size: number; partSize: number },
  partNumber: number,
): { begin: number; end: number } {
  const begin = (partNumber - 1) * plan.partSize
  return { begin, end: Math.min(begin + plan.partSize, plan.size) }
}
