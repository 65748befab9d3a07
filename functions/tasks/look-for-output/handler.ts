import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type Finding, type LookForOutputContext, lookForOutput } from './look-for-output.ts'

const context: LookForOutputContext = {
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  inferencesTable: requireEnv('INFERENCES_TABLE'),
  clock: systemClock,
}

/** The state "Look for output". */
export async function handler({ id }: { id: string }): Promise<Finding> {
  return lookForOutput(context, id)
}
