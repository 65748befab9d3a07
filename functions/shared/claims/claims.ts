import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { unlessRefused } from '../aws/unless-refused.ts'
import { type Clock, isoTime } from '../clock.ts'

/** Where claims lie, and the attribute in which they name the record that holds them. */
export interface ClaimsPlace {
  table: string
  holderField: 'checkpointId' | 'endpointId' | 'modelId'
}

/** Longer than it takes from the first claim for a record to the record. */
const LONGEST_START_MS = 300_000

type Item = Record<string, unknown>

/**
 * Keeps something, a name say, for one record: an item of the record's table, without `list`, so that no listing shows it.
 * Repeatable by the same holder. `refused` when another one has it. A claim whose record is gone, or never came to be within
 * five minutes, is taken over: the function that claimed died, or could not release, and nobody is robbed.
 */
export async function takeClaim(
  { table, holderField, clock }: ClaimsPlace & { clock: Clock },
  id: string,
  holder: string,
): Promise<'new' | 'held' | 'refused'> {
  const place = { table, holderField }
  const claim = { id, [holderField]: holder, claimedAt: isoTime(clock.now()) }
  const taken = await putClaim(place, claim, holder)
  if (taken !== 'refused') return taken
  const other = await readItem(table, id)
  const isFree = other !== undefined && (await isLeftOver(table, other, { holderField, clock }))
  return isFree ? putClaim(place, claim, String(other[holderField])) : 'refused'
}

/** Gives the claim back if the holder has it; does nothing otherwise. */
export async function releaseClaim({ table, holderField }: ClaimsPlace, id: string, holder: string): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: `attribute_not_exists(id) OR ${holderField} = :holder`,
    ExpressionAttributeValues: { ':holder': holder },
  })
  await unlessRefused(() => dynamodb.send(remove))
}

/** Who holds the claim, or undefined. */
export async function findHolder({ table, holderField }: ClaimsPlace, id: string): Promise<string | undefined> {
  return (await readItem(table, id))?.[holderField] as string | undefined
}

async function putClaim(
  { table, holderField }: ClaimsPlace,
  claim: Item,
  before: string,
): Promise<'new' | 'held' | 'refused'> {
  const put = new PutCommand({
    TableName: table,
    Item: claim,
    ConditionExpression: `attribute_not_exists(id) OR ${holderField} = :before`,
    ExpressionAttributeValues: { ':before': before },
    ReturnValues: 'ALL_OLD',
  })
  try {
    const { Attributes } = await withTransientErrors(() => dynamodb.send(put))
    return Attributes?.[holderField] === claim[holderField] ? 'held' : 'new'
  } catch (error) {
    if (isConditionFailure(error)) return 'refused'
    throw error
  }
}

async function isLeftOver(
  table: string,
  claim: Item,
  { holderField, clock }: Pick<ClaimsPlace, 'holderField'> & { clock: Clock },
): Promise<boolean> {
  const record = await readItem(table, String(claim[holderField]))
  if (record) return record.goneAt !== undefined
  return clock.now() - Date.parse(String(claim.claimedAt)) > LONGEST_START_MS
}

async function readItem(table: string, id: string): Promise<Item | undefined> {
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item: found } = await withTransientErrors(() => dynamodb.send(get))
  return found
}
