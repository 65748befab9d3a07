import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import {
  type RegisteredTraining,
  type RegisterTrainingContext,
  type RegisterTrainingEvent,
  registerTraining,
} from './register-training.ts'

const context: RegisterTrainingContext = {
  bucket: requireEnv('BUCKET'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
  clock: systemClock,
}

/** The state "Register checkpoint" of a training. */
export async function handler(event: RegisterTrainingEvent): Promise<RegisteredTraining> {
  return registerTraining(context, event)
}
