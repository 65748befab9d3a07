import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'

/** Notes that the endpoint was used, which puts its idle time off. An endpoint that is gone is none of it. */
export async function markUsed(table: string, id: string, at: string): Promise<void> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: 'attribute_exists(id)',
    UpdateExpression: 'SET lastUsedAt = :at',
    ExpressionAttributeValues: { ':at': at },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}
