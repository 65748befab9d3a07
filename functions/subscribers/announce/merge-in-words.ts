import type { MergeMethod, MergeRequest } from '../../shared/merges/merge-record.ts'

/** File names of a merge's inputs, by role. */
export interface InputNames {
  primary: string
  secondary?: string
  tertiary?: string
  bakeInVae?: string
}

const FORMULAS: Readonly<Record<MergeMethod, (names: InputNames, multiplier: number) => string>> = {
  'weighted-sum': ({ primary, secondary }, m) => `${rounded(1 - m)} × ${primary} + ${rounded(m)} × ${secondary}`,
  'add-difference': ({ primary, secondary, tertiary }, m) =>
    `${primary} + ${rounded(m)} × (${secondary} − ${tertiary})`,
  none: ({ primary }) => `${primary}, tensor by tensor`,
}

/** What a merge does, as a formula of file names: `0.7 × a.safetensors + 0.3 × b.safetensors, in half precision`. */
export function mergeInWords(request: MergeRequest, names: InputNames): string {
  const formula = FORMULAS[request.method]?.(names, request.multiplier ?? 0.3) ?? names.primary
  return [
    formula,
    request.precision === 'half' ? 'in half precision' : undefined,
    names.bakeInVae === undefined ? undefined : `with the VAE ${names.bakeInVae} baked in`,
    request.discardWeights === undefined ? undefined : `without the tensors that match ${request.discardWeights}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}

/** A multiplier as people write it: 1 - 0.9 is 0.1. */
function rounded(value: number): number {
  return Number(value.toFixed(6))
}
