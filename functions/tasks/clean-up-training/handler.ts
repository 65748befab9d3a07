import { requireEnv } from '../../shared/env.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import { type CleanUpTrainingContext, cleanUpTraining } from './clean-up-training.ts'

const context: CleanUpTrainingContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
  namePrefix: requireEnv('NAME_PREFIX'),
}

/** The state "Clean up training". A training without a record has made nothing. */
export async function handler({ id }: { id: string }): Promise<void> {
  const training = await readTraining(context.trainingsTable, id)
  if (training) await cleanUpTraining(context, training)
}
