import type { Clock } from '../clock.ts'
import { optionalEnv, requireEnv } from '../env.ts'

/** What making, starting and showing inferences works on. */
export interface InferencesContext {
  bucket: string
  accountsTable: string
  checkpointsTable: string
  endpointsTable: string
  inferencesTable: string
  modelsTable: string
  machineArn: string
  /** Where images are served from, when there is a distribution in front of the bucket. */
  cloudfrontDomain: string | undefined
  clock: Clock
}

/** The context as the function's environment has it. */
export function readInferencesContext(clock: Clock): InferencesContext {
  return {
    bucket: requireEnv('BUCKET'),
    accountsTable: requireEnv('ACCOUNTS_TABLE'),
    checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
    endpointsTable: requireEnv('ENDPOINTS_TABLE'),
    inferencesTable: requireEnv('INFERENCES_TABLE'),
    modelsTable: requireEnv('MODELS_TABLE'),
    machineArn: requireEnv('ASYNC_INFERENCE_MACHINE_ARN'),
    cloudfrontDomain: optionalEnv('CLOUDFRONT_DOMAIN', undefined),
    clock,
  }
}
