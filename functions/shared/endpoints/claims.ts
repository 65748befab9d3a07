import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { EndpointNameTakenError, RoleTakenError } from '../errors.ts'

/** Item of the Endpoints table that keeps a role or a name for one endpoint; without `list`, so that no listing shows it. */
export interface EndpointClaim {
  id: string
  endpointId: string
}

/** What keeps a role for one endpoint. */
export const roleClaim = (role: string): string => `role/${role}`

/** What keeps SageMaker's name for one endpoint, and finds it by that name. */
export const nameClaim = (name: string): string => `endpoint/${name}`

/** Every claim of an endpoint: its name first, then its roles. */
export function claimsOf({ name, roles }: { name: string; roles: readonly string[] }): string[] {
  return [nameClaim(name), ...new Set(roles.map(roleClaim))]
}

/** Takes the claim for the endpoint; repeatable by the same one. Throws `RoleTaken` or `EndpointNameTaken` when another has it. */
export async function takeClaim(table: string, claim: string, endpointId: string): Promise<void> {
  try {
    await putClaim(table, { id: claim, endpointId }, endpointId)
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    const owner = await ownerOf(table, claim)
    if (owner !== undefined && (await isLeftOver(table, owner)))
      return putClaim(table, { id: claim, endpointId }, owner)
    throw takenError(claim, error)
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

/** Throws what `takeClaim` would throw; takes nothing. */
export async function checkClaim(table: string, claim: string, endpointId: string): Promise<void> {
  const owner = await ownerOf(table, claim)
  if (owner === undefined || owner === endpointId || (await isLeftOver(table, owner))) return
  throw takenError(claim)
}

async function putClaim(table: string, claim: EndpointClaim, owner: string): Promise<void> {
  const put = new PutCommand({
    TableName: table,
    Item: claim,
    ConditionExpression: 'attribute_not_exists(id) OR endpointId = :owner',
    ExpressionAttributeValues: { ':owner': owner },
  })
  await withTransientErrors(() => dynamodb.send(put))
}

async function ownerOf(table: string, claim: string): Promise<string | undefined> {
  const item = await readItem(table, claim)
  return item === undefined ? undefined : String(item.endpointId)
}

/** A claim outlives its endpoint only when the release failed: nothing of the endpoint is left, so nobody is robbed. */
async function isLeftOver(table: string, endpointId: string): Promise<boolean> {
  const record = await readItem(table, endpointId)
  return record?.goneAt !== undefined
}

async function readItem(table: string, id: string): Promise<Record<string, unknown> | undefined> {
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item
}

/** The contract's sentences. */
function takenError(claim: string, cause?: unknown): Error {
  const options = cause === undefined ? undefined : { cause }
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
