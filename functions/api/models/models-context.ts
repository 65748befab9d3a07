import type { Clock } from '../../shared/clock.ts'
import type { EndpointSettings } from '../../shared/endpoints/settings.ts'

/** What the model routes work on. */
export interface ModelsContext {
  bucket: string
  apiUrl: string
  modelsTable: string
  checkpointsTable: string
  endpointsTable: string
  machineArn: string
  settings: Pick<EndpointSettings, 'namePrefix' | 'defaultBackend' | 'imageUris' | 'logLevel'>
  clock: Clock
}
