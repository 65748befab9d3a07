import { type Account, maySee } from '../accounts/account.ts'
import { queryItems } from '../aws/query-items.ts'
import type { EndpointRecord } from '../endpoints/endpoint-record.ts'
import { findEndpointByName } from '../endpoints/read-endpoint.ts'
import { EndpointNotFoundError, EndpointNotInServiceError, InvalidRequestError } from '../errors.ts'
import type { InferenceType } from './inference-record.ts'

/** Who asks, and for what kind of endpoint; undefined means any kind. */
export interface EndpointWish {
  caller: Account
  type?: InferenceType | undefined
  name?: string | undefined
}

/** Whether the endpoint takes requests. While SageMaker changes its instances the old ones go on. */
export function isInService({ status }: Pick<EndpointRecord, 'status'>): boolean {
  return status === 'InService' || status === 'Updating'
}

/**
 * The endpoint of that name, or the one in service that the caller may use and that has waited longest for work. Throws
 * in the contract's words when there is none.
 */
export async function chooseEndpoint(table: string, wish: EndpointWish): Promise<EndpointRecord> {
  return wish.name ? namedEndpoint(table, wish, wish.name) : anyEndpoint(table, wish)
}

async function namedEndpoint(table: string, { caller, type }: EndpointWish, name: string): Promise<EndpointRecord> {
  const endpoint = name.length <= 256 ? await findEndpointByName(table, name) : undefined
  if (!endpoint || !maySee(caller, endpoint.roles)) {
    throw new EndpointNotFoundError(`there is no sagemaker endpoint ${name.slice(0, 256)}`)
  }
  if (!isInService(endpoint)) {
    throw new EndpointNotInServiceError(`sagemaker endpoint is not ready with status: ${endpoint.status}`)
  }
  if (type !== undefined && endpoint.endpointType !== type) {
    throw new InvalidRequestError(
      `inference_type is ${type}, but ${name} is an endpoint of type ${endpoint.endpointType}`,
    )
  }
  return endpoint
}

async function anyEndpoint(table: string, { caller, type }: EndpointWish): Promise<EndpointRecord> {
  let chosen: EndpointRecord | undefined
  for await (const endpoint of endpointsInService(table)) {
    const fits = (type === undefined || endpoint.endpointType === type) && maySee(caller, endpoint.roles)
    if (fits && (chosen === undefined || lastUse(endpoint) < lastUse(chosen))) chosen = endpoint
  }
  if (chosen) return chosen
  const kind = type === undefined ? '' : `${type} `
  const whose = caller.username === '' ? 'anybody' : `user "${caller.username}"`
  throw new EndpointNotInServiceError(`no available ${kind}endpoints for ${whose}`)
}

function endpointsInService(table: string): AsyncGenerator<EndpointRecord> {
  return queryItems({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    KeyConditionExpression: '#list = :list',
    FilterExpression: '#status IN (:inService, :updating)',
    ExpressionAttributeNames: { '#list': 'list', '#status': 'status' },
    ExpressionAttributeValues: { ':list': 'endpoints', ':inService': 'InService', ':updating': 'Updating' },
  })
}

function lastUse({ lastUsedAt }: EndpointRecord): string {
  return lastUsedAt ?? ''
}
