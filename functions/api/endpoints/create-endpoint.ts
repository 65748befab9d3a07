import { StartExecutionCommand } from '@aws-sdk/client-sfn'
import type { Account } from '../../shared/accounts/account.ts'
import { findMissingRoles } from '../../shared/accounts/find-missing-roles.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { states } from '../../shared/aws/states.ts'
import { isoTime } from '../../shared/clock.ts'
import { checkClaim, claimsOf } from '../../shared/endpoints/claims.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import type { EndpointRequest } from '../../shared/endpoints/endpoint-request.ts'
import { readEndpoint } from '../../shared/endpoints/read-endpoint.ts'
import { DuplicateIdError, InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { newId } from '../../shared/new-id.ts'
import { readCreateEndpoint } from './create-request.ts'
import { endpointRequestOf } from './endpoint-request-of.ts'
import type { EndpointsContext } from './endpoints-context.ts'

/** Leaves room for what the machine puts behind it in the name of the execution that unmakes. */
const ID = /^[A-Za-z0-9_-]{1,64}$/

/** Checks what can be checked at once and starts deploy-endpoint; answers the endpoint as its record will have it. */
export async function createEndpoint(
  context: EndpointsContext,
  caller: Account,
  request: ApiRequest,
): Promise<EndpointRecord> {
  const { settings, clock, endpointsTable: table } = context
  const id = idOf(request) ?? newId(clock)
  const wish = readCreateEndpoint(readJsonBody(request), settings.maxInstances)
  await checkRoles(context, wish.roles)
  const endpoint = endpointRequestOf(id, wish, settings)
  // Only for the caller's sake: the machine takes the claims by conditional writes.
  for (const claim of claimsOf(endpoint)) await checkClaim(table, claim, id)
  const startedAt = isoTime(clock.now())
  const executionArn = await start(context, id, { requestedBy: caller.username, request: endpoint })
  return (
    (await readEndpoint(table, id)) ?? unrecorded({ id, startedAt, executionArn, createdBy: caller.username }, endpoint)
  )
}

function idOf({ headers }: ApiRequest): string | undefined {
  const header = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'idempotency-key')
  const key = header?.[1]?.trim()
  if (!key) return undefined
  if (ID.test(key)) return key
  throw new InvalidRequestError("Idempotency-Key: must be 1 to 64 letters, digits, '-' or '_'")
}

async function checkRoles({ accountsTable }: EndpointsContext, roles: readonly string[]): Promise<void> {
  const missing = await findMissingRoles(accountsTable, roles)
  if (missing.length === 0) return
  throw new InvalidRequestError(`assign_to_roles: roles "${missing.join('", "')}" not exist: name roles of GET /roles`)
}

async function start(
  { deployMachineArn }: EndpointsContext,
  id: string,
  work: { requestedBy: string; request: EndpointRequest },
): Promise<string> {
  const command = new StartExecutionCommand({
    stateMachineArn: deployMachineArn,
    name: id,
    input: JSON.stringify({ id, ...work }),
  })
  try {
    return (await withTransientErrors(() => states.send(command))).executionArn ?? ''
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error
    throw new DuplicateIdError(
      `Idempotency-Key: ${id} already deployed an endpoint, with another body or one that has ended: look at GET /endpoints, or send another key`,
      { cause: error },
    )
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
