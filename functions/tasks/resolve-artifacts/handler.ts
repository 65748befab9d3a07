import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type ResolveArtifactsContext, type ResolvedArtifacts, resolveArtifacts } from './resolve-artifacts.ts'

/** S3 copies as much within seconds, and would take five times that in one go. */
const PART_SIZE = 1024 ** 3

const context: ResolveArtifactsContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  modelsTable: requireEnv('MODELS_TABLE'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  clock: systemClock,
  partSize: PART_SIZE,
}

/** The state "Resolve artifacts". */
export async function handler(event: { id: string }): Promise<ResolvedArtifacts> {
  return resolveArtifacts(context, event)
}
