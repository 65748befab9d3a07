import type { ServiceRequest } from '../../http/service.ts'
import type { AsyncInference } from '../sagemaker/records.ts'
import { validationError } from './invocation-errors.ts'
import { headerOf } from './invoke-endpoint.ts'

/** An accepted asynchronous invocation, as it waits on disk. */
export interface AsyncRequest {
  id: string
  endpointName: string
  inferenceId: string
  /** Where the input is, or the input itself in base64. */
  inputLocation?: string
  body?: string
  contentType?: string
  accept?: string
  customAttributes?: string
  outputLocation: string
  failureLocation?: string
  /** Milliseconds since the epoch. */
  receivedAt: number
  expiresAt: number
  /** Milliseconds the container may take. */
  timeout: number
  /** The role it reads, writes and publishes with. */
  roleArn: string
  /** Set once the result is in S3: what is still to be told. */
  result?: ResultMessage
}

/** A notification on its way to a topic. */
export interface ResultMessage {
  topicArn?: string
  message: string
}

const LARGEST_INLINE_BODY = 128_000

interface NumberHeader {
  header: string
  min: number
  max: number
  otherwise: number
}

const TTL: NumberHeader = { header: 'RequestTTLSeconds', min: 60, max: 21_600, otherwise: 21_600 }
const TIMEOUT: NumberHeader = { header: 'InvocationTimeoutSeconds', min: 1, max: 3_600, otherwise: 900 }

/** Reads an InvokeEndpointAsync; throws `ValidationError`. */
export function readAsyncRequest(
  request: ServiceRequest,
  target: { endpointName: string; config: AsyncInference; roleArn: string },
  { now, newId }: { now: number; newId(): string },
): AsyncRequest {
  const header = (name: string): string | undefined => headerOf(request, `x-amzn-sagemaker-${name}`)
  const { config, ...endpoint } = target
  const input = readInput(header('inputlocation'), request.body ?? Buffer.alloc(0))
  const [id, failureLocation] = [newId(), config.failurePath]
  const extension = header('s3outputpathextension')
  const fileName = header('filename')
  const optional = {
    contentType: header('content-type'),
    accept: header('accept'),
    customAttributes: header('custom-attributes'),
  }
  return {
    id,
    ...endpoint,
    ...input,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    inferenceId: header('inference-id') ?? newId(),
    outputLocation: join(config.outputPath, extension, fileName ?? `${id}.out`),
    ...(failureLocation !== undefined && {
      failureLocation: join(failureLocation, extension, fileName ?? `${id}-error.out`),
    }),
    receivedAt: now,
    expiresAt: now + readNumber(request, TTL) * 1_000,
    timeout: readNumber(request, TIMEOUT) * 1_000,
  }
}

function readInput(inputLocation: string | undefined, body: Buffer): Pick<AsyncRequest, 'inputLocation' | 'body'> {
  if (inputLocation !== undefined && body.length > 0)
    throw validationError('Only one of InputLocation and Body can be specified.')
  if (inputLocation === undefined && body.length === 0)
    throw validationError('InputLocation or Body must be specified.')
  if (body.length > LARGEST_INLINE_BODY)
    throw validationError(`Body is larger than ${LARGEST_INLINE_BODY} bytes: put it into S3 and give InputLocation.`)
  if (inputLocation === undefined) return { body: body.toString('base64') }
  if (!/^(https|s3):\/\/([^/]+)\/?(.*)$/.test(inputLocation))
    throw validationError(
      `1 validation error detected: Value '${inputLocation}' at 'inputLocation' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(https|s3)://([^/]+)/?(.*)$`,
    )
  return { inputLocation }
}

function readNumber(request: ServiceRequest, { header, min, max, otherwise }: NumberHeader): number {
  const text = headerOf(request, `x-amzn-sagemaker-${header.toLowerCase()}`)
  if (text === undefined) return otherwise
  const value = Number(text)
  const member = header.charAt(0).toLowerCase() + header.slice(1)
  const violation = (rule: string) =>
    validationError(
      `1 validation error detected: Value '${text}' at '${member}' failed to satisfy constraint: Member must have value ${rule}`,
    )
  if (!(value >= min)) throw violation(`greater than or equal to ${min}`)
  if (value > max) throw violation(`less than or equal to ${max}`)
  return value
}

function join(path: string, extension: string | undefined, fileName: string): string {
  return [path, extension, fileName]
    .filter((part) => part !== undefined)
    .map((part, index) => (index === 0 ? part.replace(/\/+$/, '') : part.replace(/^\/+|\/+$/g, '')))
    .join('/')
}
