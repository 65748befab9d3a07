import { optionalEnv, requireEnv } from '../env.ts'
import type { Backend } from './endpoint-record.ts'

/** What the deployment says about endpoints; CloudFormation's parameters. */
export interface EndpointSettings {
  /** What every name at SageMaker begins with: service and stage, so that two stages fit into one account. */
  namePrefix: string
  defaultBackend: Backend
  /** Container image by backend; empty where the deployment has none. */
  imageUris: Readonly<Partial<Record<Backend, string>>>
  /** The most instances that one endpoint may have. */
  maxInstances: number
  bucket: string
  logLevel: string
}

/** Reads the settings from the environment. */
export function readSettings(): EndpointSettings {
  return {
    namePrefix: requireEnv('NAME_PREFIX'),
    defaultBackend: requireEnv('DEFAULT_BACKEND') as Backend,
    imageUris: JSON.parse(requireEnv('IMAGE_URIS')),
    maxInstances: Number(requireEnv('MAX_INSTANCES')),
    bucket: requireEnv('BUCKET'),
    logLevel: optionalEnv('LOG_LEVEL', 'INFO'),
  }
}
