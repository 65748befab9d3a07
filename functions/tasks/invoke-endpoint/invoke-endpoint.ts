import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { sagemakerRuntime } from '../../shared/aws/sagemaker-runtime.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { InferenceNotFoundError } from '../../shared/errors.ts'
import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import { toInvocationError } from '../../shared/inferences/invocation-error.ts'
import { returnToken } from '../../shared/inferences/return-token.ts'
import { log } from '../../shared/log.ts'
import type { StoredRequest } from '../prepare-request/prepare-request.ts'

/** Where the records are. */
export interface InvokeEndpointContext {
  inferencesTable: string
  clock: Clock
}

export interface InvokeEndpointEvent {
  id: string
  endpointName: string
  request: StoredRequest
  taskToken: string
}

/** The longest that SageMaker lets a container work on one request, and that we let a request wait for its turn. */
const INVOCATION_SECONDS = 3600
const TTL_SECONDS = 3 * 3600

/**
 * Keeps the token where the result's subscriber finds it, then queues the request. Entered again, after a failure or a
 * wait without news, it queues nothing twice; a result that came while nobody waited is given to the new token.
 */
export async function invokeEndpoint(context: InvokeEndpointContext, event: InvokeEndpointEvent): Promise<void> {
  const { id, taskToken } = event
  const record = await storeToken(context, id, taskToken)
  if (record.notice) return returnToken(taskToken, record.notice)
  if (record.invokedAt) return log.info('The request is queued already', { inferenceId: id })
  const { OutputLocation, FailureLocation } = await invoke(event)
  await noteInvocation(context, id, { outputLocation: OutputLocation, failureLocation: FailureLocation })
  log.info('Request queued', { inferenceId: id, endpointName: event.endpointName })
}

async function storeToken(
  { inferencesTable }: InvokeEndpointContext,
  id: string,
  taskToken: string,
): Promise<InferenceRecord> {
  const update = new UpdateCommand({
    TableName: inferencesTable,
    Key: { id },
    ConditionExpression: '#status = :inprogress',
    UpdateExpression: 'SET taskToken = :token',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':inprogress': 'inprogress', ':token': taskToken },
    ReturnValues: 'ALL_NEW',
  })
  try {
    const { Attributes } = await withTransientErrors(() => dynamodb.send(update))
    return Attributes as InferenceRecord
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    throw new InferenceNotFoundError(`inference with id ${id} was deleted or has ended`, { cause: error })
  }
}

async function invoke({ id, endpointName, request }: InvokeEndpointEvent) {
  const command = new InvokeEndpointAsyncCommand({
    EndpointName: endpointName,
    InputLocation: `s3://${request.bucket}/${request.key}`,
    ContentType: request.contentType,
    Accept: request.accept,
    InferenceId: id,
    InvocationTimeoutSeconds: INVOCATION_SECONDS,
    RequestTTLSeconds: TTL_SECONDS,
  })
  try {
    return await sagemakerRuntime.send(command)
  } catch (error) {
    throw toInvocationError(error, endpointName)
  }
}

/** A result may have come before this: then the record has ended, and nothing needs to be noted. */
async function noteInvocation(
  { inferencesTable, clock }: InvokeEndpointContext,
  id: string,
  locations: Record<'outputLocation' | 'failureLocation', string | undefined>,
): Promise<void> {
  const known = Object.entries(locations).filter(([, location]) => location !== undefined)
  const update = new UpdateCommand({
    TableName: inferencesTable,
    Key: { id },
    ConditionExpression: '#status = :inprogress',
    UpdateExpression: `SET invokedAt = :now${known.map(([name]) => `, ${name} = :${name}`).join('')}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':inprogress': 'inprogress',
      ':now': isoTime(clock.now()),
      ...Object.fromEntries(known.map(([name, location]) => [`:${name}`, location])),
    },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}
