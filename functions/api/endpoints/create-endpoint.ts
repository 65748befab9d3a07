import type { Account } from '../../shared/accounts/account.ts'
import { findMissingRoles } from '../../shared/accounts/find-missing-roles.ts'
import { isoTime } from '../../shared/clock.ts'
import { claimsOf, releaseEndpointClaim, takeEndpointClaim } from '../../shared/endpoints/endpoint-claims.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import type { EndpointRequest } from '../../shared/endpoints/endpoint-request.ts'
import { readEndpoint } from '../../shared/endpoints/read-endpoint.ts'
import { InvalidRequestError, PermanentError } from '../../shared/errors.ts'
import { startExecution } from '../../shared/executions/start-execution.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { idempotencyKeyOf } from '../../shared/http/idempotency-key.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { newId } from '../../shared/new-id.ts'
import { readCreateEndpoint } from './create-request.ts'
import { endpointRequestOf } from './endpoint-request-of.ts'
import type { EndpointsContext } from './endpoints-context.ts'
import { findForEndpoint, holdModel } from './model-for-endpoint.ts'

/** Leaves room for what the machine puts behind it in the name of the execution that unmakes. */
const LONGEST_ID = 64

/** Checks what can be checked at once and starts deploy-endpoint; answers the endpoint as its record will have it. */
export async function createEndpoint(
  context: EndpointsContext,
  caller: Account,
  request: ApiRequest,
): Promise<EndpointRecord> {
  const { settings, clock, endpointsTable: table } = context
  const id = idempotencyKeyOf(request, LONGEST_ID) ?? newId(clock)
  const wish = readCreateEndpoint(readJsonBody(request), settings.maxInstances)
  await checkRoles(context, wish.roles)
  const model =
    wish.packagedModel === undefined ? undefined : await findForEndpoint(context, caller, wish.packagedModel)
  const endpoint = endpointRequestOf(id, wish, { settings, model })
  const startedAt = isoTime(clock.now())
  const work = { id, requestedBy: caller.username, request: endpoint }
  const executionArn = await whileClaimed(context, { id, claims: claimsOf(endpoint) }, async () => {
    if (model) await holdModel(context, model, id)
    return startExecution(context.deployMachineArn, work, { did: 'deployed an endpoint', look: 'GET /endpoints' })
  })
  return (
    (await readEndpoint(table, id)) ?? unrecorded({ id, startedAt, executionArn, createdBy: caller.username }, endpoint)
  )
}

async function checkRoles({ accountsTable }: EndpointsContext, roles: readonly string[]): Promise<void> {
  const missing = await findMissingRoles(accountsTable, roles)
  if (missing.length === 0) return
  throw new InvalidRequestError(
    `assign_to_roles: roles "${missing.join('", "')}" not exist: name roles that somebody holds, such as "IT Operator"`,
  )
}

/** The machine takes the claims anyway; taken here already, they give the caller an answer at once. Kept if the work is done. */
async function whileClaimed<Result>(
  context: EndpointsContext,
  { id, claims }: { id: string; claims: string[] },
  work: () => Promise<Result>,
): Promise<Result> {
  const taken: string[] = []
  try {
    for (const claim of claims) if (await takeEndpointClaim(context, claim, id)) taken.push(claim)
    return await work()
  } catch (error) {
    // A start whose answer was lost may have begun: its claims are its own to keep or to lose by age.
    if (!(error instanceof PermanentError)) throw error
    for (const claim of taken) await releaseEndpointClaim(context.endpointsTable, claim, id)
    throw error
  }
}

/** The moment between the start of the execution and its first write. */
function unrecorded(
  start: Pick<EndpointRecord, 'id' | 'startedAt' | 'executionArn' | 'createdBy'>,
  { container, scaleInCooldown, maxConcurrency, ...endpoint }: EndpointRequest,
): EndpointRecord {
  const { startedAt } = start
  return {
    ...endpoint,
    ...start,
    list: 'endpoints',
    createdAt: startedAt,
    updatedAt: startedAt,
    status: 'Creating',
    imageUri: container.Image,
  }
}
