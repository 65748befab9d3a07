import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type FollowContext, followEndpoint } from './follow-endpoint.ts'

/** EventBridge's "SageMaker Endpoint State Change", as far as it is trusted. */
export interface EndpointStateEvent {
  detail: { EndpointName?: string }
}

const context: FollowContext = {
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  deleteMachineArn: requireEnv('DELETE_ENDPOINT_MACHINE_ARN'),
  clock: systemClock,
}

/** Takes up what SageMaker says of an endpoint. Throws to have the event delivered again. */
export async function handler(event: EndpointStateEvent): Promise<void> {
  if (event.detail.EndpointName) await followEndpoint(context, event.detail.EndpointName)
}
