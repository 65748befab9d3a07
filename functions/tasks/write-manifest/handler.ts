import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type WriteManifestEvent, type WrittenManifest, writeManifest } from './write-manifest.ts'

const context = { bucket: requireEnv('BUCKET'), modelsTable: requireEnv('MODELS_TABLE'), clock: systemClock }

/** The state "Write manifest". */
export async function handler(event: WriteManifestEvent): Promise<WrittenManifest> {
  return writeManifest(context, event)
}
