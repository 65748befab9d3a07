import { findHolder, releaseClaim, takeClaim } from '../claims/claims.ts'
import type { Clock } from '../clock.ts'
import { ModelNameTakenError } from '../errors.ts'

export interface ModelClaimsContext {
  modelsTable: string
  clock: Clock
}

const claimId = (name: string): string => `name/${name}`
const placeIn = (table: string) => ({ table, holderField: 'modelId' }) as const

/** Keeps the name, and so a prefix of the bucket, for the model. True when it did not hold it before. Throws `ModelNameTaken`. */
export async function claimModelName(
  { modelsTable, clock }: ModelClaimsContext,
  name: string,
  modelId: string,
): Promise<boolean> {
  const taken = await takeClaim({ ...placeIn(modelsTable), clock }, claimId(name), modelId)
  if (taken !== 'refused') return taken === 'new'
  throw new ModelNameTakenError(`There is a packaged model ${name} already: choose another name, or delete that one`)
}

/** Gives the name back if the model holds it; does nothing otherwise. */
export function releaseModelName(table: string, name: string, modelId: string): Promise<void> {
  return releaseClaim(placeIn(table), claimId(name), modelId)
}

/** The id of the model that holds the name, or undefined. */
export function findNameHolder(table: string, name: string): Promise<string | undefined> {
  return findHolder(placeIn(table), claimId(name))
}
