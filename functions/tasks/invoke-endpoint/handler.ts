import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type InvokeEndpointContext, type InvokeEndpointEvent, invokeEndpoint } from './invoke-endpoint.ts'

const context: InvokeEndpointContext = { inferencesTable: requireEnv('INFERENCES_TABLE'), clock: systemClock }

/** The state "Invoke endpoint". */
export async function handler(event: InvokeEndpointEvent): Promise<void> {
  await invokeEndpoint(context, event)
}
