import type { Clock } from '../../shared/clock.ts'
import type { EndpointSettings } from '../../shared/endpoints/settings.ts'

/** What the endpoint routes work on. */
export interface EndpointsContext {
  endpointsTable: string
  accountsTable: string
  modelsTable: string
  deployMachineArn: string
  deleteMachineArn: string
  settings: EndpointSettings
  clock: Clock
}
