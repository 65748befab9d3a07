import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import {
  type RegisterCheckpointContext,
  type RegisterCheckpointEvent,
  type RegisteredCheckpoint,
  registerCheckpoint,
} from './register-checkpoint.ts'

const context: RegisterCheckpointContext = {
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  mergesTable: requireEnv('MERGES_TABLE'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  clock: systemClock,
}

/** The state "Register checkpoint". */
export async function handler(event: RegisterCheckpointEvent): Promise<RegisteredCheckpoint> {
  return registerCheckpoint(context, event)
}
