import { requireEnv } from '../../shared/env.ts'
import { type CopiedArtifact, type CopyArtifactEvent, copyArtifact } from './copy-artifact.ts'

const context = { bucket: requireEnv('BUCKET'), modelsTable: requireEnv('MODELS_TABLE') }

/** The state "Copy artifact". */
export async function handler(event: CopyArtifactEvent): Promise<CopiedArtifact> {
  return copyArtifact(context, event)
}
