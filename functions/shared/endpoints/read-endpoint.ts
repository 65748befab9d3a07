import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { findClaimHolder, nameClaim } from './endpoint-claims.ts'
import type { DeletionRecord, EndpointRecord } from './endpoint-record.ts'

/** The endpoint of this id, read consistently, or undefined. */
export async function readEndpoint(table: string, id: string): Promise<EndpointRecord | undefined> {
  const item = await readItem(table, id)
  return item?.list === 'endpoints' ? (item as unknown as EndpointRecord) : undefined
}

/** The run of delete-endpoint of this id, or undefined. */
export async function readDeletion(table: string, id: string): Promise<DeletionRecord | undefined> {
  const item = await readItem(table, id)
  return item?.list === 'deletions' ? (item as unknown as DeletionRecord) : undefined
}

/** The endpoint that SageMaker knows by this name, or undefined. */
export async function findEndpointByName(table: string, name: string): Promise<EndpointRecord | undefined> {
  return findClaimant(table, nameClaim(name))
}

/** The endpoint that holds a claim, or undefined. */
export async function findClaimant(table: string, claim: string): Promise<EndpointRecord | undefined> {
  const holder = await findClaimHolder(table, claim)
  return holder === undefined ? undefined : readEndpoint(table, holder)
}

async function readItem(table: string, id: string): Promise<Record<string, unknown> | undefined> {
  if (id === '') return undefined
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item
}
