import { type Clock, isoTime } from '../../shared/clock.ts'
import { claimsOf, releaseEndpointClaim, takeEndpointClaim } from '../../shared/endpoints/endpoint-claims.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import type { EndpointRequest } from '../../shared/endpoints/endpoint-request.ts'
import { changeEndpoint, putEndpoint } from '../../shared/endpoints/write-endpoint.ts'
import { DuplicateIdError, PermanentError } from '../../shared/errors.ts'

export interface RecordEndpointContext {
  endpointsTable: string
  clock: Clock
}

export interface RecordEndpointEvent {
  id: string
  requestedBy: string
  executionArn: string
  startedAt: string
  request: EndpointRequest
}

/**
 * Writes the record and takes the endpoint's name and roles, all or none of them: a role has one endpoint at most. What is
 * taken by another one ends the record at once, for nothing was made yet.
 */
export async function recordEndpoint(context: RecordEndpointContext, event: RecordEndpointEvent): Promise<void> {
  const { endpointsTable: table } = context
  const record = recordOf(event)
  if (!(await putEndpoint(table, record))) {
    throw new DuplicateIdError(`An endpoint with the id ${event.id} is already recorded`)
  }
  try {
    for (const claim of claimsOf(record)) await takeEndpointClaim(context, claim, record.id)
  } catch (error) {
    if (error instanceof PermanentError) await giveUp(context, record, error)
    throw error
  }
}

async function giveUp(
  { endpointsTable: table, clock }: RecordEndpointContext,
  record: EndpointRecord,
  { name, message }: PermanentError,
): Promise<void> {
  for (const claim of claimsOf(record)) await releaseEndpointClaim(table, claim, record.id)
  const now = isoTime(clock.now())
  const reason = { error: name, cause: message }
  await changeEndpoint(table, record, { status: 'Failed', updatedAt: now, endedAt: now, goneAt: now, reason })
}

function recordOf({ id, requestedBy, executionArn, startedAt, request }: RecordEndpointEvent): EndpointRecord {
  const { container, scaleInCooldown, maxConcurrency, ...kept } = request
  return {
    ...kept,
    id,
    list: 'endpoints',
    createdAt: startedAt,
    updatedAt: startedAt,
    startedAt,
    status: 'Creating',
    imageUri: container.Image,
    createdBy: requestedBy,
    executionArn,
  }
}
