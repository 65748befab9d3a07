import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type RecordEndpointEvent, recordEndpoint } from './record-endpoint.ts'

const context = { endpointsTable: requireEnv('ENDPOINTS_TABLE'), clock: systemClock }

/** The state "Record endpoint". */
export async function handler(event: RecordEndpointEvent): Promise<void> {
  await recordEndpoint(context, event)
}
