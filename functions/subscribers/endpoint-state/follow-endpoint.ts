import { DeleteEndpointConfigCommand } from '@aws-sdk/client-sagemaker'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { sagemaker } from '../../shared/aws/sagemaker.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { describeEndpoint, type EndpointDescription, isNotFound } from '../../shared/endpoints/describe-endpoint.ts'
import type { EndpointRecord, EndpointStatus } from '../../shared/endpoints/endpoint-record.ts'
import { giveTokenBack, isOver } from '../../shared/endpoints/give-token-back.ts'
import { findEndpointByName } from '../../shared/endpoints/read-endpoint.ts'
import { startScaling, stopScalingOfDeleted } from '../../shared/endpoints/scale-endpoint.ts'
import { startDeletion } from '../../shared/endpoints/start-deletion.ts'
import { changeEndpoint, type EndpointChange } from '../../shared/endpoints/write-endpoint.ts'
import { TransientError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'

export interface FollowContext {
  endpointsTable: string
  deleteMachineArn: string
  clock: Clock
}

/** Others write the record at the same time this often at most. */
const ATTEMPTS = 5

/** Our word for SageMaker's. A status that is missing here is not shown on the record. */
const STATUS_WORDS: Readonly<Record<string, EndpointStatus>> = {
  InService: 'InService',
  Updating: 'Updating',
  SystemUpdating: 'Updating',
  RollingBack: 'RollingBack',
  UpdateRollbackFailed: 'Failed',
  Failed: 'Failed',
}

/**
 * Follows an endpoint of which SageMaker has reported a change. Events come late, twice and in any order, so the event
 * only says where to look; what counts is what SageMaker says now. Repeatable.
 */
export async function followEndpoint(context: FollowContext, name: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const endpoint = await findEndpointByName(context.endpointsTable, name)
    if (!endpoint) return log.info('Nobody knows the endpoint', { name })
    const description = await describeEndpoint(name)
    if (isWaitedFor(endpoint)) return release(endpoint, description)
    if (await bringUpToDate(context, endpoint, description)) return
  }
  throw new TransientError(`The record of ${name} is being changed by others`)
}

/** While an execution makes or deletes the endpoint, the record is its own to write. */
function isWaitedFor({ status, deletionId, goneAt }: EndpointRecord): boolean {
  return status === 'Creating' || status === 'Deleting' || (deletionId !== undefined && goneAt === undefined)
}

async function release(endpoint: EndpointRecord, description: EndpointDescription): Promise<void> {
  const awaited = endpoint.deletionId === undefined ? 'in service' : 'gone'
  if (endpoint.taskToken === undefined || !isOver(awaited, description.status)) return
  await giveTokenBack(endpoint.taskToken, description)
  log.info('An execution goes on', { name: endpoint.name, status: description.status })
}

async function bringUpToDate(
  context: FollowContext,
  endpoint: EndpointRecord,
  description: EndpointDescription,
): Promise<boolean> {
  if (endpoint.goneAt !== undefined || endpoint.status === 'Deleted') return true
  if (description.status === 'Gone') return deleteRest(context, endpoint)
  const change = changeOf(endpoint, description)
  if (change === undefined) return true
  return takeUp(context, endpoint, { ...change, updatedAt: isoTime(context.clock.now()) })
}

/** Scaling comes before the record forgets it, so that what dies in between is done by the event's next delivery. */
async function takeUp(
  { endpointsTable }: FollowContext,
  endpoint: EndpointRecord,
  change: EndpointChange,
): Promise<boolean> {
  const scaling = 'pending' in change ? endpoint.pending?.scaling : undefined
  if (scaling) await startScaling({ ...endpoint, ...change } as EndpointRecord, scaling)
  if (!(await changeEndpoint(endpointsTable, endpoint, change))) {
    if (scaling) await stopScalingOfDeleted(endpointsTable, endpoint)
    return false
  }
  await deleteOldConfig(endpoint, change)
  return true
}

function changeOf(endpoint: EndpointRecord, seen: EndpointDescription): EndpointChange | undefined {
  const status = STATUS_WORDS[seen.status]
  if (status === undefined) return undefined
  const change = {
    status,
    currentInstanceCount: seen.instances,
    ...reasonOf(status, seen),
    ...settled(endpoint, seen, status),
  }
  const isNews = Object.entries(change).some(([field, value]) => !same(endpoint[field as keyof EndpointRecord], value))
  return isNews ? change : undefined
}

function reasonOf(status: EndpointStatus, { status: word, reason }: EndpointDescription): EndpointChange {
  if (status !== 'Failed') return {}
  return {
    reason: {
      error: word === 'Failed' ? 'EndpointFailed' : 'EndpointRolledBack',
      cause: reason || `SageMaker says ${word}`,
    },
  }
}

/** A change of instances is over once the endpoint is in service again: with the new configuration, or rolled back to the old one. */
function settled({ pending }: EndpointRecord, seen: EndpointDescription, status: EndpointStatus): EndpointChange {
  if (pending === undefined || status !== 'InService') return {}
  const { scaling, ...taken } = pending
  if (seen.configName === pending.configName) return { ...taken, pending: undefined, reason: undefined }
  const cause = seen.reason || 'SageMaker took the change back and went on with the instances from before'
  return { pending: undefined, reason: { error: 'EndpointRolledBack', cause } }
}

/** The configuration that the endpoint no longer runs with. */
async function deleteOldConfig(before: EndpointRecord, change: EndpointChange): Promise<void> {
  if (before.pending === undefined || !('pending' in change)) return
  const old = change.configName === undefined ? before.pending.configName : before.configName
  try {
    await withTransientErrors(() => sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: old })))
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** Somebody deleted the endpoint past us: what it has left goes too. The name makes one execution of many events. */
async function deleteRest(context: FollowContext, endpoint: EndpointRecord): Promise<boolean> {
  const { id: endpointId, name, createdBy } = endpoint
  const why = 'somebody deleted it at SageMaker'
  const request = { endpointId, name, why }
  await startDeletion(context.deleteMachineArn, { id: `${endpointId}-gone`, requestedBy: createdBy, request })
  return true
}

function same(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after)
}
