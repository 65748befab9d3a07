import { PutObjectCommand } from '@aws-sdk/client-s3'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Account } from '../accounts/account.ts'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { s3 } from '../aws/s3.ts'
import { isoTime } from '../clock.ts'
import type { EndpointRecord } from '../endpoints/endpoint-record.ts'
import type { JsonObject } from '../http/json-body.ts'
import { newId } from '../new-id.ts'
import { BACKENDS } from './backends/backends.ts'
import { checkParameters } from './check-parameters.ts'
import { chooseEndpoint } from './choose-endpoint.ts'
import { inputKey } from './inference-keys.ts'
import type { InferenceRecord, InferenceType, ResolvedModels, TaskType } from './inference-record.ts'
import type { InferencesContext } from './inferences-context.ts'
import { type PackagedFiles, packagedFilesOf } from './packaged-models.ts'
import { parseTolerantly } from './parse-tolerantly.ts'
import { promptOf } from './prompt-of.ts'
import { resolveModels } from './resolve-models.ts'

/** What is asked for. Models are file names by type, or a function that picks them once the endpoint is known. */
export interface InferenceOrder {
  taskType: TaskType
  inferenceType?: InferenceType | undefined
  endpointName?: string | undefined
  models: JsonObject | ((endpoint: EndpointRecord, packaged: PackagedFiles | undefined) => Promise<ResolvedModels>)
  /** The parameters, when they come with the order and not by an upload. */
  payloadString?: string | undefined
  notify: boolean
}

/** Longer parameters are only kept as an object. */
const LONGEST_PAYLOAD_ON_RECORD = 64 * 1024

/** Tasks whose containers load models of the library. */
const MODEL_TASKS: ReadonlySet<TaskType> = new Set<TaskType>(['txt2img', 'img2img'])

/**
 * Makes an inference that can be started: endpoint chosen, models found, and its parameters stored where they came with
 * the order. Nothing runs yet.
 */
export async function createInference(
  context: InferencesContext,
  caller: Account,
  order: InferenceOrder,
): Promise<InferenceRecord> {
  const parameters = readPayload(order)
  const wish = { caller, type: order.inferenceType, name: order.endpointName }
  const endpoint = await chooseEndpoint(context.endpointsTable, wish)
  const models = await modelsOf(context, caller, { order, endpoint })
  const record = newRecord(context, caller, { order, endpoint, models, parameters })
  const put = new PutCommand({
    TableName: context.inferencesTable,
    Item: record,
    ConditionExpression: 'attribute_not_exists(id)',
  })
  await withTransientErrors(() => dynamodb.send(put))
  if (order.payloadString !== undefined) await storePayload(context, record, order.payloadString)
  return record
}

function readPayload({ payloadString, taskType }: InferenceOrder): JsonObject | undefined {
  if (payloadString === undefined) return undefined
  const parameters = parseTolerantly(payloadString, 'payload_string')
  checkParameters(taskType, parameters)
  return parameters
}

async function modelsOf(
  { checkpointsTable, modelsTable }: InferencesContext,
  caller: Account,
  { order, endpoint }: { order: InferenceOrder; endpoint: EndpointRecord },
): Promise<ResolvedModels> {
  if (!MODEL_TASKS.has(order.taskType) || !BACKENDS[endpoint.backend].usesModels) return {}
  const packaged = await packagedFilesOf(modelsTable, endpoint)
  return typeof order.models === 'function'
    ? order.models(endpoint, packaged)
    : resolveModels({ checkpointsTable, packaged }, caller, order.models)
}

function newRecord(
  { clock }: InferencesContext,
  caller: Account,
  parts: {
    order: InferenceOrder
    endpoint: EndpointRecord
    models: ResolvedModels
    parameters: JsonObject | undefined
  },
): InferenceRecord {
  const { order, endpoint, models, parameters } = parts
  const { taskType, payloadString, notify } = order
  const id = newId(clock)
  const now = isoTime(clock.now())
  const prompt = parameters && promptOf(parameters)
  return {
    id,
    list: 'inferences',
    createdAt: now,
    updatedAt: now,
    taskType,
    inferenceType: endpoint.endpointType,
    status: 'created',
    ownerRolesOrUsers: caller.username === '' ? [] : [caller.username],
    createdBy: caller.username,
    models,
    inputKey: inputKey(taskType, id),
    ...(payloadString !== undefined && payloadString.length <= LONGEST_PAYLOAD_ON_RECORD ? { payloadString } : {}),
    ...(prompt ? { prompt } : {}),
    endpointName: endpoint.name,
    endpointId: endpoint.id,
    instanceType: endpoint.instanceType,
    imageNames: [],
    notify,
  }
}

async function storePayload(
  { bucket }: InferencesContext,
  { inputKey: Key }: InferenceRecord,
  payload: string,
): Promise<void> {
  const put = new PutObjectCommand({ Bucket: bucket, Key, Body: payload, ContentType: 'application/json' })
  await withTransientErrors(() => s3.send(put))
}
