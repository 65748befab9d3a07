import { InvalidRequestError } from '../../shared/errors.ts'
import { choiceField, objectField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import type { InferenceOrder } from '../../shared/inferences/create-inference.ts'
import { type InferenceType, TASK_TYPES } from '../../shared/inferences/inference-record.ts'
import { parseTolerantly } from '../../shared/inferences/parse-tolerantly.ts'

/** API Gateway takes bodies of at most this size anyway; larger parameters go through the upload URL. */
const LONGEST_PAYLOAD = 10 * 1024 * 1024

const INFERENCE_TYPE_CHOICES = ['Real-time', 'Serverless', 'Async'] as const

/** Reads the body of `POST /inferences`. Unknown fields pass: old clients send some that nobody needs. */
export function readCreateRequest(body: JsonObject): InferenceOrder {
  const payloadString = optionalText(body.payload_string, 'payload_string', LONGEST_PAYLOAD)
  if (payloadString !== undefined) parseTolerantly(payloadString, 'payload_string')
  return {
    taskType: choiceField(body.task_type, 'task_type', TASK_TYPES),
    inferenceType: readInferenceType(body.inference_type),
    models: objectField(body.models ?? {}, 'models'),
    endpointName: optionalText(body.sagemaker_endpoint_name, 'sagemaker_endpoint_name', 256),
    payloadString,
    notify: readNotify(body.notify),
  }
}

function readInferenceType(value: unknown): InferenceType {
  const type = choiceField(value, 'inference_type', INFERENCE_TYPE_CHOICES)
  if (type !== 'Serverless') return type
  throw new InvalidRequestError(
    'inference_type Serverless is not supported: there are no GPUs; give Async or Real-time',
  )
}

function readNotify(value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') refuse('notify', 'is not a boolean', 'give true or false')
  return value
}

/** Old clients send an empty text for what they do not mean. */
function optionalText(value: unknown, where: string, max: number): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return textField(value, where, { max })
}
