import { requireEnv } from '../../shared/env.ts'
import { type CleanUpInferenceContext, cleanUpInference } from './clean-up-inference.ts'

const context: CleanUpInferenceContext = {
  bucket: requireEnv('BUCKET'),
  inferencesTable: requireEnv('INFERENCES_TABLE'),
}

/** The state "Clean up inference". */
export async function handler({ id }: { id: string }): Promise<void> {
  await cleanUpInference(context, id)
}
