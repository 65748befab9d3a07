import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../aws/dynamodb.ts'
import { unlessRefused } from '../aws/unless-refused.ts'
import { findHolder, releaseClaim } from '../claims/claims.ts'
import { NameTakenError } from '../errors.ts'

/** Item of the Checkpoints table that keeps a file name for one checkpoint; without `list`, so that no listing shows it. */
export interface NameClaim {
  id: string
  checkpointId: string
}

const claimId = (fileName: string): string => `name/${fileName}`
const placeIn = (table: string) => ({ table, holderField: 'checkpointId' }) as const

/** Keeps the file name for the checkpoint; repeatable by the same checkpoint. Throws `NameTaken` when another one has it. */
export async function claimName(table: string, fileName: string, checkpointId: string): Promise<void> {
  const claim: NameClaim = { id: claimId(fileName), checkpointId }
  const put = new PutCommand({
    TableName: table,
    Item: claim,
    ConditionExpression: 'attribute_not_exists(id) OR checkpointId = :owner',
    ExpressionAttributeValues: { ':owner': checkpointId },
  })
  if (await unlessRefused(() => dynamodb.send(put))) return
  throw new NameTakenError(`${fileName} already exists, please use another or rename/delete exists`)
}

/** Gives the file name back if the checkpoint holds it; does nothing otherwise. */
export function releaseName(table: string, fileName: string, checkpointId: string): Promise<void> {
  return releaseClaim(placeIn(table), claimId(fileName), checkpointId)
}

/** The id of the checkpoint that holds the file name, or undefined. */
export function findNameOwner(table: string, fileName: string): Promise<string | undefined> {
  return findHolder(placeIn(table), claimId(fileName))
}
