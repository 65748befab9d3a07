import { requireEnv } from '../../shared/env.ts'
import { type AwaitEndpointEvent, awaitEndpoint } from './await-endpoint.ts'

const context = { endpointsTable: requireEnv('ENDPOINTS_TABLE') }

/** The states "Wait until in service" and "Wait until gone". */
export async function handler(event: AwaitEndpointEvent): Promise<void> {
  await awaitEndpoint(context, event)
}
