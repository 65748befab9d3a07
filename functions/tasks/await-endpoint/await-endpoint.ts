import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { describeEndpoint } from '../../shared/endpoints/describe-endpoint.ts'
import { type Awaited, giveTokenBack, isOver } from '../../shared/endpoints/give-token-back.ts'
import { EndpointNotFoundError } from '../../shared/errors.ts'

export interface AwaitEndpointEvent {
  /** The record's id. */
  endpointId: string
  name: string
  awaited: Awaited
  taskToken: string
}

/**
 * Keeps the token where the subscriber of SageMaker's events finds it, then looks at the endpoint: the event it waits for
 * may have come before the token was kept. A wait that is over already gets its token back here.
 */
export async function awaitEndpoint(
  { endpointsTable }: { endpointsTable: string },
  { endpointId, name, awaited, taskToken }: AwaitEndpointEvent,
): Promise<void> {
  await keepToken(endpointsTable, endpointId, taskToken)
  const description = await describeEndpoint(name)
  if (isOver(awaited, description.status)) await giveTokenBack(taskToken, description)
}

async function keepToken(table: string, id: string, taskToken: string): Promise<void> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: 'attribute_exists(id)',
    UpdateExpression: 'SET taskToken = :token',
    ExpressionAttributeValues: { ':token': taskToken },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    throw new EndpointNotFoundError(`The record ${id} is gone: somebody deleted it from the table`, { cause: error })
  }
}
