import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { type Clock, isoTime } from '../clock.ts'
import { ModelNameTakenError } from '../errors.ts'

/** Item of the Models table that keeps a name, and so a prefix of the bucket, for one model; without `list`, so that no listing shows it. */
export interface ModelNameClaim {
  id: string
  modelId: string
  claimedAt: string
}

export interface ModelClaimsContext {
  modelsTable: string
  clock: Clock
}

/** Longer than it takes from the claim for a model to its record. */
const LONGEST_START_MS = 300_000

const claimId = (name: string): string => `name/${name}`

/** Keeps the name for the model; repeatable by the same one. True when it did not hold it before. Throws `ModelNameTaken`. */
export async function claimModelName(context: ModelClaimsContext, name: string, modelId: string): Promise<boolean> {
  const { modelsTable, clock } = context
  const claim: ModelNameClaim = { id: claimId(name), modelId, claimedAt: isoTime(clock.now()) }
  try {
    return await putClaim(modelsTable, claim, modelId)
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    const holder = (await readItem(modelsTable, claim.id)) as ModelNameClaim | undefined
    if (holder && (await isLeftOver(context, holder))) return putClaim(modelsTable, claim, holder.modelId)
    const fix = 'choose another name, or delete that one'
    throw new ModelNameTakenError(`There is a packaged model ${name} already: ${fix}`, { cause: error })
  }
}

/** Gives the name back if the model holds it; does nothing otherwise. */
export async function releaseModelName(table: string, name: string, modelId: string): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table,
    Key: { id: claimId(name) },
    ConditionExpression: 'attribute_not_exists(id) OR modelId = :owner',
    ExpressionAttributeValues: { ':owner': modelId },
  })
  try {
    await withTransientErrors(() => dynamodb.send(remove))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}

/** The id of the model that holds the name, or undefined. */
export async function findNameHolder(table: string, name: string): Promise<string | undefined> {
  const claim = (await readItem(table, claimId(name))) as ModelNameClaim | undefined
  return claim?.modelId
}

async function putClaim(table: string, claim: ModelNameClaim, holder: string): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: claim,
    ConditionExpression: 'attribute_not_exists(id) OR modelId = :holder',
    ExpressionAttributeValues: { ':holder': holder },
    ReturnValues: 'ALL_OLD',
  })
  const { Attributes } = await withTransientErrors(() => dynamodb.send(put))
  return Attributes?.modelId !== claim.modelId
}

/** The function that claimed for a model may have died before it came to be: nothing is there, so nobody is robbed. */
async function isLeftOver({ modelsTable, clock }: ModelClaimsContext, claim: ModelNameClaim): Promise<boolean> {
  const record = await readItem(modelsTable, claim.modelId)
  if (record) return record.goneAt !== undefined
  return clock.now() - Date.parse(claim.claimedAt) > LONGEST_START_MS
}

async function readItem(table: string, id: string): Promise<Record<string, unknown> | undefined> {
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item
}
