import { findHolder, releaseClaim, takeClaim } from '../claims/claims.ts'
import type { Clock } from '../clock.ts'
import { EndpointNameTakenError, RoleTakenError } from '../errors.ts'

/** What claims are taken in. */
export interface EndpointClaimsContext {
  endpointsTable: string
  clock: Clock
}

const placeIn = (table: string) => ({ table, holderField: 'endpointId' }) as const

/** What keeps a role for one endpoint. */
const roleClaim = (role: string): string => `role/${role}`

/** What keeps SageMaker's name for one endpoint, and finds it by that name. */
export const nameClaim = (name: string): string => `endpoint/${name}`

/** Every claim of an endpoint: its name first, then its roles. */
export function claimsOf({ name, roles }: { name: string; roles: readonly string[] }): string[] {
  return [nameClaim(name), ...new Set(roles.map(roleClaim))]
}

/** Takes the claim for the endpoint. True when it did not hold it before. Throws `RoleTaken` or `EndpointNameTaken`. */
export async function takeEndpointClaim(
  { endpointsTable, clock }: EndpointClaimsContext,
  claim: string,
  endpointId: string,
): Promise<boolean> {
  const taken = await takeClaim({ ...placeIn(endpointsTable), clock }, claim, endpointId)
  if (taken === 'refused') throw takenError(claim)
  return taken === 'new'
}

/** Gives the claim back if the endpoint holds it; does nothing otherwise. */
export function releaseEndpointClaim(table: string, claim: string, endpointId: string): Promise<void> {
  return releaseClaim(placeIn(table), claim, endpointId)
}

/** The id of the endpoint that holds the claim, or undefined. */
export function findClaimHolder(table: string, claim: string): Promise<string | undefined> {
  return findHolder(placeIn(table), claim)
}

/** The contract's sentences. */
function takenError(claim: string): Error {
  const [kind, ...rest] = claim.split('/')
  const what = rest.join('/')
  if (kind === 'role') {
    return new RoleTakenError(`role [${what}] has a valid endpoint already, not allow to have another one`)
  }
  return new EndpointNameTakenError(
    `Cannot create already existing model: there is an endpoint ${what}; choose another endpoint_name or delete that one`,
  )
}
