import type { Arithmetic } from './arithmetic.ts'
import {
  addLane,
  addProducts,
  createLane,
  LANE_LENGTH,
  type Lane,
  loadProducts,
  type Run,
  type SingleDtype,
  scaleLane,
  storeLane,
  subtractLane,
} from './single-lane.ts'

type Step = (arithmetic: Arithmetic, sources: readonly Uint8Array[], run: Run) => void

const sum = createLane()
const addend = createLane()

/**
 * What is in the lane `sum` when a step is done still has to be rounded to the result's type. That one rounding is also the
 * target's: where the two differ, the result is F32, which the lane holds exactly.
 */
const STEPS: Record<Arithmetic['operation'], Step> = {
  convert: ({ types }, sources, run) => load(types, sources, { index: 0, factor: 1 }, run, sum),
  'weighted-sum': ({ types, multiplier }, sources, run) => {
    load(types, sources, { index: 0, factor: 1 - multiplier }, run, sum)
    addProducts(types[1] as SingleDtype, sources[1]!, run, multiplier, sum)
  },
  'add-difference': ({ types, difference, multiplier }, sources, run) => {
    load(types, sources, { index: 1, factor: 1 }, run, addend)
    load(types, sources, { index: 2, factor: 1 }, run, sum)
    subtractLane(addend, sum, run.count)
    scaleLane(difference as SingleDtype, multiplier, addend, run.count)
    load(types, sources, { index: 0, factor: 1 }, run, sum)
    addLane(sum, addend, run.count)
  },
  'add-nothing': ({ types, multiplier }, sources, run) => {
    load(types, sources, { index: 0, factor: 1 }, run, sum)
    addend.floats.fill(multiplier * 0)
    addLane(sum, addend, run.count)
  },
}

/** Computes a run of elements, none of whose types is F64, in 32 bits. `into` has to be aligned. */
export function computeSingle(
  arithmetic: Arithmetic,
  sources: readonly Uint8Array[],
  into: Uint8Array,
  count: number,
): void {
  const step = STEPS[arithmetic.operation]
  for (let first = 0; first < count; first += LANE_LENGTH) {
    const run = { first, count: Math.min(LANE_LENGTH, count - first) }
    step(arithmetic, sources, run)
    storeLane(arithmetic.target as SingleDtype, sum, into, run)
  }
}

interface Term {
  index: number
  factor: number
}

function load(
  types: Arithmetic['types'],
  sources: readonly Uint8Array[],
  { index, factor }: Term,
  run: Run,
  lane: Lane,
): void {
  loadProducts(types[index] as SingleDtype, sources[index]!, run, factor, lane)
}
