import type { MergeMethod } from '../merges/merge-record.ts'

/** What the name of a result is made of; the names are those of the models without their ending. */
export interface NamedModels {
  method: MergeMethod
  multiplier: number
  primary: string
  secondary: string
  tertiary: string
}

/** Both weights as the reference program prints them: two decimals, and `1.0` for a whole number. */
const TEXTS: Record<MergeMethod, (models: NamedModels) => string> = {
  none: ({ primary }) => primary,
  'weighted-sum': ({ multiplier, primary, secondary }) =>
    `${decimal(rounded(1 - multiplier))}(${primary}) + ${decimal(rounded(multiplier))}(${secondary})`,
  'add-difference': ({ multiplier, primary, secondary, tertiary }) =>
    `${primary} + ${decimal(multiplier)}(${secondary} - ${tertiary})`,
}

/** The name of a result that nobody named. */
export function defaultName(models: NamedModels): string {
  return TEXTS[models.method](models)
}

function rounded(weight: number): number {
  return Number(weight.toFixed(2))
}

function decimal(weight: number): string {
  return Number.isInteger(weight) ? `${weight}.0` : String(weight)
}
