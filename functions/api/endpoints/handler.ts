import { systemClock } from '../../shared/clock.ts'
import { readSettings } from '../../shared/endpoints/settings.ts'
import { requireEnv } from '../../shared/env.ts'
import { knownCallerOf } from '../../shared/http/caller.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { createEndpoint } from './create-endpoint.ts'
import { deleteEndpoints } from './delete-endpoints.ts'
import { toDetail } from './endpoint-view.ts'
import type { EndpointsContext } from './endpoints-context.ts'
import { listEndpoints } from './list-endpoints.ts'
import { updateEndpoint } from './update-endpoint.ts'

const context: EndpointsContext = {
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  modelsTable: requireEnv('MODELS_TABLE'),
  deployMachineArn: requireEnv('DEPLOY_ENDPOINT_MACHINE_ARN'),
  deleteMachineArn: requireEnv('DELETE_ENDPOINT_MACHINE_ARN'),
  settings: readSettings(),
  clock: systemClock,
}

/** Deploys, lists, changes and deletes endpoints. */
export const handler = serveRoutes({
  'GET /endpoints': async (request) =>
    reply(200, { data: await listEndpoints(context, knownCallerOf(request), request) }),
  'POST /endpoints': async (request) => {
    const endpoint = await createEndpoint(context, knownCallerOf(request), request)
    return reply(202, { data: toDetail(endpoint), message: `Endpoint deployment started: ${endpoint.name}` })
  },
  'PATCH /endpoints/{name}': async (request) => {
    const endpoint = await updateEndpoint(context, request)
    return reply(202, { data: toDetail(endpoint), message: `Endpoint update started: ${endpoint.name}` })
  },
  'DELETE /endpoints': async (request) => {
    await deleteEndpoints(context, knownCallerOf(request), request)
    return reply(204, { message: 'Endpoints Deleted' })
  },
})
