import { claimsOf, releaseClaim } from '../../shared/endpoints/claims.ts'

export interface ReleaseEndpointEvent {
  endpointId: string
  name: string
  roles: string[]
}

/** Gives back the name and the roles that the endpoint holds; those that another one has meanwhile stay there. */
export async function releaseEndpoint(
  { endpointsTable }: { endpointsTable: string },
  { endpointId, name, roles }: ReleaseEndpointEvent,
): Promise<void> {
  for (const claim of claimsOf({ name, roles })) await releaseClaim(endpointsTable, claim, endpointId)
}
