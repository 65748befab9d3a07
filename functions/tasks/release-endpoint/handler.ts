import { type ReleaseEndpointEvent, releaseEndpoint } from '../../shared/endpoints/release-endpoint.ts'
import { requireEnv } from '../../shared/env.ts'

const context = { endpointsTable: requireEnv('ENDPOINTS_TABLE') }

/** The state "Release name and roles". */
export async function handler(event: ReleaseEndpointEvent): Promise<void> {
  await releaseEndpoint(context, event)
}
