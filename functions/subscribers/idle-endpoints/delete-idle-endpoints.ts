import { queryItems } from '../../shared/aws/query-items.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { startDeletion } from '../../shared/endpoints/start-deletion.ts'
import { changeEndpoint } from '../../shared/endpoints/write-endpoint.ts'
import { log } from '../../shared/log.ts'
import { newId } from '../../shared/new-id.ts'

export interface IdleContext {
  endpointsTable: string
  deleteMachineArn: string
  clock: Clock
}

const HOUR_MS = 3_600_000

/** Starts the deletion of every endpoint that was unused for as long as its owner said; its announcement tells them. Answers their names. */
export async function deleteIdleEndpoints(context: IdleContext): Promise<string[]> {
  const deleted: string[] = []
  for await (const endpoint of endpoints(context.endpointsTable)) {
    if (isIdle(endpoint, context.clock) && (await deleteIdle(context, endpoint))) deleted.push(endpoint.name)
  }
  log.info('Idle endpoints deleted', { deleted })
  return deleted
}

/** Whether nobody has used an endpoint in service for its idle time. */
export function isIdle({ status, idleHours, inServiceAt, lastUsedAt }: EndpointRecord, clock: Clock): boolean {
  const usedAt = lastUsedAt ?? inServiceAt
  if (status !== 'InService' || idleHours === undefined || usedAt === undefined) return false
  return clock.now() - Date.parse(usedAt) >= idleHours * HOUR_MS
}

/** The record says first that it is being deleted, so that nothing is invoked on it any more. */
async function deleteIdle(context: IdleContext, endpoint: EndpointRecord): Promise<boolean> {
  const updatedAt = isoTime(context.clock.now())
  if (!(await changeEndpoint(context.endpointsTable, endpoint, { status: 'Deleting', updatedAt }))) return false
  const { id: endpointId, name, idleHours, createdBy } = endpoint
  const why = `unused for ${idleHours} ${idleHours === 1 ? 'hour' : 'hours'}`
  const request = { endpointId, name, why }
  await startDeletion(context.deleteMachineArn, { id: newId(context.clock), requestedBy: createdBy, request })
  return true
}

function endpoints(table: string): AsyncGenerator<EndpointRecord> {
  return queryItems({
    TableName: table,
    IndexName: 'newest',
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': 'endpoints' },
  })
}
