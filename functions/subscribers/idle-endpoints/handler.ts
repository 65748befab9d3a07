import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { deleteIdleEndpoints, type IdleContext } from './delete-idle-endpoints.ts'

const context: IdleContext = {
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  deleteMachineArn: requireEnv('DELETE_ENDPOINT_MACHINE_ARN'),
  clock: systemClock,
}

/** Runs every hour. Answers the names of the endpoints whose deletion it has started. */
export async function handler(): Promise<{ deleted: string[] }> {
  return { deleted: await deleteIdleEndpoints(context) }
}
