import type { Parameters } from '../model/parameters.ts'
import { constantMatrix } from '../tensor/matrix.ts'

/** How slowly the mean follows at most. */
const KEPT_AT_MOST = 0.995

/** The running mean of a training's numbers: it paints better than the last ones. */
export interface RunningMean {
  readonly numbers: Parameters
  /** Follows the numbers after this step, which counts from 1. */
  follow(step: number): void
}

/** A mean that starts where the numbers are. */
export function createRunningMean(of: Parameters): RunningMean {
  const numbers: Parameters = new Map(
    [...of].map(([name, { rows, columns, data }]) => [name, constantMatrix(rows, columns, data.slice())]),
  )
  return {
    numbers,
    follow: (step) => {
      const keep = Math.min(KEPT_AT_MOST, step / (step + 10))
      for (const [name, { data }] of numbers) moveTowards(data, of.get(name)!.data, keep)
    },
  }
}

function moveTowards(mean: Float32Array, now: Float32Array, keep: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] = keep * mean[i]! + (1 - keep) * now[i]!
}
