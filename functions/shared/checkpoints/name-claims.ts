import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { NameTakenError } from '../errors.ts'

/** Item of the Checkpoints table that keeps a file name for one checkpoint; without `list`, so that no listing shows it. */
export interface NameClaim {
  id: string
  checkpointId: string
}

const claimId = (fileName: string): string => `name/${fileName}`

/** Keeps the file name for the checkpoint; repeatable by the same checkpoint. Throws `NameTaken` when another one has it. */
export async function claimName(table: string, fileName: string, checkpointId: string): Promise<void> {
  const claim: NameClaim = { id: claimId(fileName), checkpointId }
  const put = new PutCommand({
    TableName: table,
    Item: claim,
    ConditionExpression: 'attribute_not_exists(id) OR checkpointId = :owner',
    ExpressionAttributeValues: { ':owner': checkpointId },
  })
  try {
    await withTransientErrors(() => dynamodb.send(put))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    const fix = 'already exists, please use another or rename/delete exists'
    throw new NameTakenError(`${fileName} ${fix}`, { cause: error })
  }
}

/** Gives the file name back if the checkpoint holds it; does nothing otherwise. */
export async function releaseName(table: string, fileName: string, checkpointId: string): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table,
    Key: { id: claimId(fileName) },
    ConditionExpression: 'attribute_not_exists(id) OR checkpointId = :owner',
    ExpressionAttributeValues: { ':owner': checkpointId },
  })
  try {
    await withTransientErrors(() => dynamodb.send(remove))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}

/** The id of the checkpoint that holds the file name, or undefined. */
export async function findNameOwner(table: string, fileName: string): Promise<string | undefined> {
  const get = new GetCommand({ TableName: table, Key: { id: claimId(fileName) }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return (Item as NameClaim | undefined)?.checkpointId
}
