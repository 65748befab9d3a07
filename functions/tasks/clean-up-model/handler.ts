import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { cleanUpModel } from './clean-up-model.ts'

const context = { bucket: requireEnv('BUCKET'), modelsTable: requireEnv('MODELS_TABLE'), clock: systemClock }

/** The state "Clean up model". */
export async function handler(event: { id: string }): Promise<void> {
  await cleanUpModel(context, event)
}
