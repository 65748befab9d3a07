import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import type { InferenceRecord, ResultNotice } from './inference-record.ts'
import { readInference } from './read-inference.ts'

/**
 * Keeps what the endpoint told on the record of a running inference, and answers the record as it then is. The first
 * notice stays, whatever comes after it; an inference that has ended, or is unknown, stays as it is.
 */
export async function noteResult(
  table: string,
  id: string,
  notice: ResultNotice,
): Promise<InferenceRecord | undefined> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: '#status = :inprogress AND attribute_not_exists(notice)',
    UpdateExpression: 'SET notice = :notice',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':inprogress': 'inprogress', ':notice': notice },
    ReturnValues: 'ALL_NEW',
  })
  try {
    const { Attributes } = await withTransientErrors(() => dynamodb.send(update))
    return Attributes as InferenceRecord | undefined
  } catch (error) {
    if (isConditionFailure(error)) return readInference(table, id)
    throw error
  }
}
