import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { MOST_UNPACKED_BYTES } from '../../shared/models/tarball.ts'
import { type CheckedTarball, checkTarball } from './check-tarball.ts'

const context = {
  bucket: requireEnv('BUCKET'),
  modelsTable: requireEnv('MODELS_TABLE'),
  clock: systemClock,
  unpackedBytes: MOST_UNPACKED_BYTES,
}

/** The state "Check tarball". */
export async function handler(event: { id: string }): Promise<CheckedTarball> {
  return checkTarball(context, event)
}
