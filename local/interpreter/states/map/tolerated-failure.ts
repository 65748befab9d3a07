import { runtimeError } from '../../error/state-error.ts'
import { type NumberField, numericText } from '../number-field.ts'

/** ToleratedFailureCount and its path, which also takes numeric text. */
export const toleratedFailureCount: NumberField = {
  field: 'ToleratedFailureCount',
  accepts: (value) => typeof value === 'number' && Number.isInteger(value),
  expected: 'integer',
  coerce: numericText,
}

/** ToleratedFailurePercentage and its path. */
export const toleratedFailurePercentage: NumberField = {
  field: 'ToleratedFailurePercentage',
  accepts: (value) => typeof value === 'number',
  expected: 'float',
  coerce: numericText,
}

/** How many failed items a distributed Map survives. */
export interface Tolerance {
  readonly count: number
  readonly percentage: number
}

/** Throws States.Runtime for values no Map can have. */
export function checkTolerance({ count, percentage }: Tolerance): void {
  if (count < 0) throw runtimeError('ToleratedFailureCount cannot be negative.')
  if (percentage < 0 || percentage > 100) throw runtimeError('ToleratedFailurePercentage must be between 0 and 100.')
}

/** With both thresholds given, exceeding either fails the Map; with one, only that one counts; with none, one failure is too many. */
export function exceedsTolerance(
  { count, percentage }: Tolerance,
  { failed, total }: { failed: number; total: number },
): boolean {
  if (failed === 0) return false
  const tooMany = failed > count
  const tooLarge = (failed / total) * 100 > percentage
  if (count > 0 && percentage > 0) return tooMany || tooLarge
  return count > 0 ? tooMany : tooLarge
}
