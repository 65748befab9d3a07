import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type PreparedTraining, type PrepareTrainingContext, prepareTraining } from './prepare-training.ts'

const context: PrepareTrainingContext = {
  bucket: requireEnv('BUCKET'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  datasetsTable: requireEnv('DATASETS_TABLE'),
  datasetItemsTable: requireEnv('DATASET_ITEMS_TABLE'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
  namePrefix: requireEnv('NAME_PREFIX'),
  images: JSON.parse(requireEnv('TRAINING_IMAGES')),
  clock: systemClock,
}

/** The state "Prepare training". */
export async function handler({ id }: { id: string }): Promise<PreparedTraining> {
  return prepareTraining(context, id)
}
