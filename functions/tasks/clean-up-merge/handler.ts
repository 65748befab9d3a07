import { requireEnv } from '../../shared/env.ts'
import { type CleanUpMergeContext, type CleanUpMergeEvent, cleanUpMerge } from './clean-up-merge.ts'

const context: CleanUpMergeContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
}

/** The state "Clean up merge". */
export async function handler(event: CleanUpMergeEvent): Promise<void> {
  await cleanUpMerge(context, event)
}
