import { PutObjectCommand } from '@aws-sdk/client-s3'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { readEndpoint } from '../../shared/endpoints/read-endpoint.ts'
import { EndpointNotInServiceError, InferenceNotFoundError, UnsupportedTaskError } from '../../shared/errors.ts'
import { BACKENDS } from '../../shared/inferences/backends/backends.ts'
import { checkParameters } from '../../shared/inferences/check-parameters.ts'
import { isInService } from '../../shared/inferences/choose-endpoint.ts'
import { requestKey } from '../../shared/inferences/inference-keys.ts'
import type { InferenceRecord, InferenceType } from '../../shared/inferences/inference-record.ts'
import { promptOf } from '../../shared/inferences/prompt-of.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { readParameters } from '../../shared/inferences/read-parameters.ts'
import { confirmModels } from '../../shared/inferences/resolve-models.ts'
import { log } from '../../shared/log.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'

/** Where records and objects are. */
export interface PrepareRequestContext {
  bucket: string
  checkpointsTable: string
  endpointsTable: string
  inferencesTable: string
  clock: Clock
}

/** The request as it lies in S3. */
export interface StoredRequest {
  bucket: string
  key: string
  contentType: string
  accept: string
}

export interface PreparedRequest {
  inferenceType: InferenceType
  endpointName: string
  request: StoredRequest
}

/**
 * Looks whether everything an inference needs is there, and writes the request in its backend's words to S3. Repeatable: the
 * same inference gets the same object.
 */
export async function prepareRequest(context: PrepareRequestContext, id: string): Promise<PreparedRequest> {
  const record = await readInference(context.inferencesTable, id)
  if (!record) throw new InferenceNotFoundError(`inference with id ${id} not found`)
  const endpoint = await endpointOf(context, record)
  const backend = BACKENDS[endpoint.backend]
  if (!backend.tasks.includes(record.taskType)) {
    throw new UnsupportedTaskError(`${record.taskType} cannot be done by a ${endpoint.backend} endpoint`)
  }
  if (backend.usesModels) await confirmModels(context.checkpointsTable, record.models)
  const parameters = await readParameters(context.bucket, record.inputKey)
  checkParameters(record.taskType, parameters)
  const { body, ...form } = backend.buildRequest({
    task: record.taskType,
    username: record.createdBy,
    models: record.models,
    paramsLocation: `s3://${context.bucket}/${record.inputKey}`,
    parameters,
  })
  const key = requestKey(id)
  await putRequest({ bucket: context.bucket, key, body, contentType: form.contentType })
  await refuseLate(context, id)
  await noteUse(context, endpoint)
  if (record.prompt === undefined) await notePrompt(context, id, promptOf(parameters))
  log.info('Request prepared', { inferenceId: id, endpointName: endpoint.name, backend: endpoint.backend })
  return {
    inferenceType: endpoint.endpointType,
    endpointName: endpoint.name,
    request: { bucket: context.bucket, key, ...form },
  }
}

async function endpointOf({ endpointsTable }: PrepareRequestContext, record: InferenceRecord): Promise<EndpointRecord> {
  const endpoint = await readEndpoint(endpointsTable, record.endpointId)
  if (endpoint && isInService(endpoint)) return endpoint
  const status = endpoint?.status ?? 'Deleted'
  throw new EndpointNotInServiceError(`The endpoint ${record.endpointName} is not in service any more: it is ${status}`)
}

async function putRequest(object: { bucket: string; key: string; body: string; contentType: string }): Promise<void> {
  const put = new PutObjectCommand({
    Bucket: object.bucket,
    Key: object.key,
    Body: object.body,
    ContentType: object.contentType,
  })
  await withTransientErrors(() => s3.send(put))
}

/** Stopped or deleted while the request was being written: whoever cleaned up may have been faster than we. */
async function refuseLate({ bucket, inferencesTable }: PrepareRequestContext, id: string): Promise<void> {
  const record = await readInference(inferencesTable, id)
  if (record?.status === 'inprogress') return
  await deleteObjects(bucket, requestKey(id))
  throw new InferenceNotFoundError(`inference with id ${id} was deleted or has ended`)
}

/** The idle guard deletes what nobody uses. An endpoint that has gone in the meantime is not brought back. */
async function noteUse({ endpointsTable, clock }: PrepareRequestContext, { id }: EndpointRecord): Promise<void> {
  await updateWhereThere({ table: endpointsTable, id, attribute: 'lastUsedAt', value: isoTime(clock.now()) })
}

/** Lists and mails show what was asked for, which for uploaded parameters is known only now. */
async function notePrompt({ inferencesTable }: PrepareRequestContext, id: string, prompt?: string): Promise<void> {
  if (prompt) await updateWhereThere({ table: inferencesTable, id, attribute: 'prompt', value: prompt })
}

async function updateWhereThere(change: {
  table: string
  id: string
  attribute: string
  value: string
}): Promise<void> {
  const update = new UpdateCommand({
    TableName: change.table,
    Key: { id: change.id },
    ConditionExpression: 'attribute_exists(id)',
    UpdateExpression: 'SET #attribute = :value',
    ExpressionAttributeNames: { '#attribute': change.attribute },
    ExpressionAttributeValues: { ':value': change.value },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}
