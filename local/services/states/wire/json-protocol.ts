import type { ServiceRequest } from '../../../http/service.ts'
import { StatesError } from '../errors.ts'
import { type Problems, SerializationError, type Shape } from './shapes.ts'

const TARGET_PREFIX = 'AWSStepFunctions.'
const CONTENT_TYPE = 'application/x-amz-json-1.0'

/** Where each error lives in AWS's models; the SDKs look only at the part after `#`. */
const MODEL_OF: Record<string, string> = {
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  AccessDeniedException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
  InternalFailure: 'com.amazon.coral.service',
}

/** The operation a request asks for (`X-Amz-Target: AWSStepFunctions.<Operation>`). */
export function operationName(request: ServiceRequest): string | undefined {
  const target = request.incoming.headers['x-amz-target']
  return typeof target === 'string' && target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : undefined
}

/** Parses and checks a request body; throws with every violation AWS would list. */
export function readInput<T>(body: Buffer | undefined, shape: Shape<T>): T {
  let parsed: unknown
  try {
    parsed = body && body.length > 0 ? JSON.parse(body.toString('utf8')) : {}
  } catch {
    throw new StatesError('SerializationException', 'Unexpected token or end of input in the request body')
  }
  const problems: Problems = []
  try {
    shape.check(parsed, '', problems)
  } catch (error) {
    if (error instanceof SerializationError) throw new StatesError('SerializationException', error.message)
    throw error
  }
  if (problems.length > 0) throw new StatesError('ValidationException', validationMessage(problems))
  return withoutNulls(parsed as Record<string, unknown>) as T
}

function validationMessage(problems: Problems): string {
  const errors = problems.length === 1 ? 'error' : 'errors'
  return `${problems.length} validation ${errors} detected: ${problems.join('; ')}`
}

/** AWS treats a null member as absent. */
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))
}

/** Sends a successful answer; undefined members are left out. */
export function sendAnswer(request: ServiceRequest, answer: object): void {
  send(request, 200, JSON.stringify(answer))
}

/** Sends an error as the service's own SDK expects it. */
export function sendError(request: ServiceRequest, code: string, message: string): void {
  const status = code === 'InternalFailure' ? 500 : 400
  const model = MODEL_OF[code] ?? 'com.amazonaws.swf.service.v2.model'
  send(request, status, JSON.stringify({ __type: `${model}#${code}`, message }))
}

function send(request: ServiceRequest, status: number, body: string): void {
  const { outgoing } = request
  if (outgoing.destroyed || outgoing.headersSent) return
  outgoing.writeHead(status, {
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': request.requestId,
  })
  outgoing.end(body)
}
