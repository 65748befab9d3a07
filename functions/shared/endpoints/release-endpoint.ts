import { claimsOf, releaseEndpointClaim } from './endpoint-claims.ts'
import { readEndpoint } from './read-endpoint.ts'

export interface ReleaseEndpointEvent {
  endpointId: string
}

/**
 * Gives back the name and the roles of an endpoint of which nothing is left; those that another one has meanwhile stay
 * there. An endpoint that is still being deleted keeps them. Repeatable.
 */
export async function releaseEndpoint(
  { endpointsTable }: { endpointsTable: string },
  { endpointId }: ReleaseEndpointEvent,
): Promise<void> {
  const endpoint = await readEndpoint(endpointsTable, endpointId)
  if (endpoint?.goneAt === undefined) return
  for (const claim of claimsOf(endpoint)) await releaseEndpointClaim(endpointsTable, claim, endpointId)
}
