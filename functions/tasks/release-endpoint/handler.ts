import { requireEnv } from '../../shared/env.ts'
import { type ReleaseEndpointEvent, releaseEndpoint } from './release-endpoint.ts'

const context = { endpointsTable: requireEnv('ENDPOINTS_TABLE') }

/** The state "Release name and roles". */
export async function handler(event: ReleaseEndpointEvent): Promise<void> {
  await releaseEndpoint(context, event)
}
