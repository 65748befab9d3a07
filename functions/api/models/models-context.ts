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

/** The ARN of the machine's execution with this name. */
export function executionArnOf({ machineArn }: Pick<ModelsContext, 'machineArn'>, id: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`
}
