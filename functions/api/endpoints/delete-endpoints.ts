import type { Account } from '../../shared/accounts/account.ts'
import { isoTime } from '../../shared/clock.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { findEndpointByName } from '../../shared/endpoints/read-endpoint.ts'
import { isBeingDeleted, SETTLE_SECONDS, startDeletion, stopDeployment } from '../../shared/endpoints/start-deletion.ts'
import { changeEndpoint } from '../../shared/endpoints/write-endpoint.ts'
import { EndpointBusyError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { listField, textField } from '../../shared/http/fields.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { newId } from '../../shared/new-id.ts'
import type { EndpointsContext } from './endpoints-context.ts'
import { forgetFailed } from './forget-failed.ts'

/** The machine's writes overtake ours this often at most. */
const ATTEMPTS = 5

/** Starts the deletion of every endpoint named; one that is not there, or already on its way out, is fine. */
export async function deleteEndpoints(context: EndpointsContext, caller: Account, request: ApiRequest): Promise<void> {
  const list = listField(readJsonBody(request).endpoint_name_list, 'endpoint_name_list', { min: 1, max: 10 })
  const names = list.map((name, index) => textField(name, `endpoint_name_list[${index}]`, { max: 256 }))
  for (const name of new Set(names)) await deleteOne(context, name, caller.username)
  await forgetFailed(context, names)
}

async function deleteOne(context: EndpointsContext, name: string, username: string): Promise<void> {
  const endpoint = await markDeleting(context, name)
  if (!endpoint) return
  const stopped = await stopDeployment(endpoint, username)
  const { id: endpointId, deletionId } = endpoint
  await startDeletion(context.deleteMachineArn, {
    id: newId(context.clock),
    requestedBy: username,
    request: {
      endpointId,
      name,
      ...(stopped ? { settleSeconds: SETTLE_SECONDS } : {}),
      ...(deletionId === undefined ? {} : { replaces: deletionId }),
    },
  })
}

/** From here on nothing but the deletion changes the endpoint. Undefined when there is nothing to do. */
async function markDeleting(context: EndpointsContext, name: string): Promise<EndpointRecord | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const endpoint = await findEndpointByName(context.endpointsTable, name)
    if (!endpoint || endpoint.goneAt !== undefined) return undefined
    if (await isBeingDeleted(context.deleteMachineArn, endpoint)) return undefined
    const change = { status: 'Deleting', updatedAt: isoTime(context.clock.now()) } as const
    if (await changeEndpoint(context.endpointsTable, endpoint, change)) return endpoint
  }
  throw new EndpointBusyError(`The endpoint ${name} is changing just now: try again in a moment`)
}
