import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type PreparedRequest, type PrepareRequestContext, prepareRequest } from './prepare-request.ts'

const context: PrepareRequestContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  inferencesTable: requireEnv('INFERENCES_TABLE'),
  clock: systemClock,
}

/** The state "Prepare request". */
export async function handler({ id }: { id: string }): Promise<PreparedRequest> {
  return prepareRequest(context, id)
}
