import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { type Clock, isoTime } from '../clock.ts'
import { EndpointNameTakenError, RoleTakenError } from '../errors.ts'

/** Item of the Endpoints table that keeps a role or a name for one endpoint; without `list`, so that no listing shows it. */
export interface EndpointClaim {
  id: string
  endpointId: string
  claimedAt: string
}

/** What claims are taken in. */
export interface ClaimsContext {
  endpointsTable: string
  clock: Clock
}

/** Longer than it takes from the first claim for an endpoint to its record. */
const LONGEST_START_MS = 300_000

/** What keeps a role for one endpoint. */
export const roleClaim = (role: string): string => `role/${role}`

/** What keeps SageMaker's name for one endpoint, and finds it by that name. */
export const nameClaim = (name: string): string => `endpoint/${name}`

/** Every claim of an endpoint: its name first, then its roles. */
export function claimsOf({ name, roles }: { name: string; roles: readonly string[] }): string[] {
  return [nameClaim(name), ...new Set(roles.map(roleClaim))]
}

/**
 * Takes the claim for the endpoint; repeatable by the same one. True when it did not hold it before. Throws `RoleTaken` or
 * `EndpointNameTaken` when another one has it.
 */
export async function takeClaim(
  { endpointsTable, clock }: ClaimsContext,
  id: string,
  endpointId: string,
): Promise<boolean> {
  const claim: EndpointClaim = { id, endpointId, claimedAt: isoTime(clock.now()) }
  try {
    return await putClaim(endpointsTable, claim, endpointId)
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    const holder = (await readItem(endpointsTable, id)) as EndpointClaim | undefined
    if (holder && (await isLeftOver({ endpointsTable, clock }, holder))) {
      return putClaim(endpointsTable, claim, holder.endpointId)
    }
    throw takenError(id, error)
  }
}

/** Gives the claim back if the endpoint holds it; does nothing otherwise. */
export async function releaseClaim(table: string, claim: string, endpointId: string): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table,
    Key: { id: claim },
    ConditionExpression: 'attribute_not_exists(id) OR endpointId = :owner',
    ExpressionAttributeValues: { ':owner': endpointId },
  })
  try {
    await withTransientErrors(() => dynamodb.send(remove))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}

async function putClaim(table: string, claim: EndpointClaim, holder: string): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: claim,
    ConditionExpression: 'attribute_not_exists(id) OR endpointId = :holder',
    ExpressionAttributeValues: { ':holder': holder },
    ReturnValues: 'ALL_OLD',
  })
  const { Attributes } = await withTransientErrors(() => dynamodb.send(put))
  return Attributes?.endpointId !== claim.endpointId
}

/**
 * A claim outlives its endpoint only when the release failed, and an endpoint that never came to be only when the function
 * that claimed for it died: nothing is there, so nobody is robbed.
 */
async function isLeftOver({ endpointsTable, clock }: ClaimsContext, claim: EndpointClaim): Promise<boolean> {
  const record = await readItem(endpointsTable, claim.endpointId)
  if (record) return record.goneAt !== undefined
  return clock.now() - Date.parse(claim.claimedAt) > LONGEST_START_MS
}

async function readItem(table: string, id: string): Promise<Record<string, unknown> | undefined> {
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item
}

/** The contract's sentences. */
function takenError(claim: string, cause: unknown): Error {
  const options = { cause }
  const [kind, ...rest] = claim.split('/')
  const what = rest.join('/')
  if (kind === 'role') {
    return new RoleTakenError(`role [${what}] has a valid endpoint already, not allow to have another one`, options)
  }
  return new EndpointNameTakenError(
    `Cannot create already existing model: there is an endpoint ${what}; choose another endpoint_name or delete that one`,
    options,
  )
}
