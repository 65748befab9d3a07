import { requireEnv } from '../../shared/env.ts'
import { type CollectImagesContext, type CollectImagesEvent, collectImages } from './collect-images.ts'

const context: CollectImagesContext = {
  bucket: requireEnv('BUCKET'),
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  inferencesTable: requireEnv('INFERENCES_TABLE'),
}

/** The state "Collect images". */
export async function handler(event: CollectImagesEvent): Promise<{ imageNames: string[] }> {
  return collectImages(context, event)
}
