import { requireEnv } from '../../shared/env.ts'
import {
  type CollectedOutputs,
  type CollectOutputsContext,
  type CollectOutputsEvent,
  collectOutputs,
} from './collect-outputs.ts'

const context: CollectOutputsContext = {
  bucket: requireEnv('BUCKET'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
}

/** The state "Collect outputs". */
export async function handler(event: CollectOutputsEvent): Promise<CollectedOutputs> {
  return collectOutputs(context, event)
}
