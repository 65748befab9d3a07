import { bytesOf } from '../../safetensors/dtype.ts'
import { type FloatDtype, promote } from '../element-types.ts'
import type { MergePlan, PlanTensor } from '../plan.ts'
import type { Arithmetic } from './arithmetic.ts'
import { computeDouble } from './double-arithmetic.ts'
import { computeSingle } from './single-arithmetic.ts'

/** A run of elements of an output tensor. */
export interface ElementRun {
  /** Index of the first element in the tensor. */
  first: number
  count: number
}

/**
 * Computes a run of a tensor that is not merely copied. `sources[i]` holds exactly the bytes that `sourceRun` names for the
 * tensor's source i, `into` exactly the run, aligned to the element.
 */
export function computeTensor(
  tensor: PlanTensor,
  plan: Pick<MergePlan, 'multiplier'>,
  run: ElementRun & { sources: readonly Uint8Array[]; into: Uint8Array },
): void {
  const arithmetic = arithmeticOf(tensor, plan.multiplier)
  if (tensor.window === undefined) compute(arithmetic, run.sources, run.into, run.count)
  else computeRows({ ...tensor, window: tensor.window }, arithmetic, run)
}

/** The elements of a source that a run of the output is made of. */
export function sourceRun({ window }: PlanTensor, source: number, { first, count }: ElementRun): ElementRun {
  if (window === undefined || source === 0) return { first, count }
  const partner = (element: number) => partnerIndex(element, window)
  return { first: partner(first), count: partner(first + count) - partner(first) }
}

/** How many elements of the partner's tensor lie before this element of the output. */
function partnerIndex(element: number, { row, merged }: { row: number; merged: number }): number {
  return Math.floor(element / row) * merged + Math.min(element % row, merged)
}

function arithmeticOf(tensor: PlanTensor, multiplier: number): Arithmetic {
  const { operation, sources } = tensor
  if (operation === 'copy') throw new Error(`${tensor.name} is copied, not computed`)
  const types = sources.map(({ dtype }) => dtype as FloatDtype)
  const partners = operation === 'add-nothing' ? [tensor.difference!] : types.slice(1)
  const difference = operation === 'weighted-sum' || operation === 'convert' ? undefined : partners.reduce(promote)
  const result = [...types.slice(0, 1), ...partners].reduce(promote)
  return {
    operation,
    types,
    difference,
    result,
    target: tensor.dtype as FloatDtype,
    multiplier,
  }
}

function compute(arithmetic: Arithmetic, sources: readonly Uint8Array[], into: Uint8Array, count: number): void {
  const double = arithmetic.result === 'F64' || arithmetic.types.includes('F64')
  if (double) computeDouble(arithmetic, sources, into, count)
  else computeSingle(arithmetic, sources, into, count)
}

/** Row by row: first the elements that have partners, then those that stay the primary's. */
function computeRows(
  tensor: PlanTensor & { window: { row: number; merged: number } },
  arithmetic: Arithmetic,
  run: ElementRun & { sources: readonly Uint8Array[]; into: Uint8Array },
): void {
  const { window } = tensor
  const own = arithmetic.types[0]!
  const stay: Arithmetic = { ...arithmetic, operation: 'convert', types: [own], result: own }
  const widths = tensor.sources.map(({ dtype }) => bytesOf(dtype))
  const before = partnerIndex(run.first, window)
  let element = run.first
  while (element < run.first + run.count) {
    const column = element % window.row
    const merging = column < window.merged
    const end = Math.min(element - column + (merging ? window.merged : window.row), run.first + run.count)
    const skipped = run.sources.map((_, source) =>
      source === 0 ? element - run.first : partnerIndex(element, window) - before,
    )
    const rests = run.sources.map((bytes, source) => bytes.subarray(skipped[source]! * widths[source]!))
    const into = run.into.subarray((element - run.first) * bytesOf(tensor.dtype))
    compute(merging ? arithmetic : stay, merging ? rests : rests.slice(0, 1), into, end - element)
    element = end
  }
}
