import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { contractTime } from '../../shared/http/contract-time.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import type { InferencesContext } from '../../shared/inferences/inferences-context.ts'
import { imageLinks, paramsLink, presignGet } from '../../shared/inferences/result-links.ts'

/** The contract's attributes of an inference, in its order. */
const ATTRIBUTES = [
  'InferenceJobId',
  'status',
  'taskType',
  'inference_type',
  'owner_group_or_role',
  'createTime',
  'startTime',
  'completeTime',
  'image_names',
  'inference_info_name',
  'params',
  'payload_string',
  'sagemakerRaw',
] as const

/** A row of `GET /inferences`, with null where the contract has null. */
export function toRow(context: InferencesContext, record: InferenceRecord): JsonObject {
  const attributes = attributesOf(context, record)
  return Object.fromEntries(ATTRIBUTES.map((name) => [name, attributes[name] ?? null]))
}

/** The answer of `GET /inferences/{id}`: with links, and without what is absent. */
export async function toDetail(context: InferencesContext, record: InferenceRecord): Promise<JsonObject> {
  const { params, ...attributes } = attributesOf(context, record)
  return {
    img_presigned_urls: await imageLinks(context, record),
    output_presigned_urls: [await paramsLink(context, record)],
    ...attributes,
    params: { ...(params as JsonObject), input_body_presign_url: await presignGet(context.bucket, record.inputKey) },
    ...(record.reason === undefined ? {} : { reason: record.reason }),
  }
}

/** What `POST /inferences` answers about an inference that waits for its parameters. */
export function toCreated(context: InferencesContext, record: InferenceRecord, uploadUrl: string): JsonObject {
  const models = Object.values(record.models)
    .flat()
    .map(({ id, model_name, type }) => ({ id, name: [model_name], type }))
  const usesModels = record.taskType === 'txt2img' || record.taskType === 'img2img'
  return {
    id: record.id,
    type: record.taskType,
    api_params_s3_location: `s3://${context.bucket}/${record.inputKey}`,
    api_params_s3_upload_url: uploadUrl,
    ...(usesModels ? { models } : {}),
  }
}

/** What starting answers: the contract's few fields for async clients, and the job itself for real-time ones. */
export function toStarted(context: InferencesContext, record: InferenceRecord): JsonObject {
  const row = attributesOf(context, record)
  return {
    inference: {
      inference_id: record.id,
      status: row.status,
      endpoint_name: record.endpointName,
      ...(record.outputLocation === undefined ? {} : { output_path: record.outputLocation }),
    },
    ...row,
    img_presigned_urls: [],
    execution: executionArnOf(context.machineArn, record.id),
  }
}

/** An inference that is to be started is in progress for whoever polls, even before its execution has claimed it. */
function shownStatus({ status, startRequestedAt }: InferenceRecord): string {
  return status === 'created' && startRequestedAt !== undefined ? 'inprogress' : status
}

function attributesOf({ bucket }: InferencesContext, record: InferenceRecord): JsonObject {
  const { startedAt, completedAt, payloadString, sagemakerRaw } = record
  return {
    InferenceJobId: record.id,
    status: shownStatus(record),
    taskType: record.taskType,
    inference_type: record.inferenceType,
    owner_group_or_role: record.ownerRolesOrUsers,
    createTime: contractTime(record.createdAt),
    ...(startedAt === undefined ? {} : { startTime: contractTime(startedAt) }),
    ...(completedAt === undefined ? {} : { completeTime: contractTime(completedAt) }),
    image_names: record.imageNames,
    ...(record.status === 'succeed' ? { inference_info_name: `${record.id}_param.json` } : {}),
    params: paramsOf(bucket, record),
    ...(payloadString === undefined ? {} : { payload_string: payloadString }),
    ...(sagemakerRaw === undefined ? {} : { sagemakerRaw }),
  }
}

function paramsOf(bucket: string, record: InferenceRecord): JsonObject {
  return {
    input_body_s3: `s3://${bucket}/${record.inputKey}`,
    used_models: record.models,
    sagemaker_inference_endpoint_id: record.endpointId,
    sagemaker_inference_endpoint_name: record.endpointName,
    ...(record.instanceType === undefined ? {} : { sagemaker_inference_instance_type: record.instanceType }),
    ...(record.outputLocation === undefined ? {} : { output_path: record.outputLocation }),
  }
}
