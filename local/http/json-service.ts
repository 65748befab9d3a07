import { replyError } from './reply-error.ts'
import type { AwsService, ServiceRequest } from './service.ts'
import { ServiceError } from './service-error.ts'
import { wireErrorFrom } from './wire-error.ts'

export type JsonObject = Record<string, unknown>

/** One operation of a JSON service: parsed input in, output out; throws `ServiceError`. */
export type JsonOperation = (input: JsonObject, request: ServiceRequest) => Promise<object> | object

export interface JsonServiceOptions {
  version: '1.0' | '1.1'
  operations: Record<string, JsonOperation>
  close?: () => Promise<void>
}

/** A service of the JSON 1.0 or 1.1 protocol from a table of its operations. */
export function createJsonService({ version, operations, close }: JsonServiceOptions): AwsService {
  return {
    async handle(request) {
      try {
        const name = operationName(request)
        const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
        if (operation === undefined) {
          throw new ServiceError(
            'UnknownOperationException',
            `The laptop stack does not serve the operation '${name}'.`,
          )
        }
        replyJson(request, version, await operation(parseBody(request), request))
      } catch (thrown) {
        const error = wireErrorFrom(thrown, { code: 'AccessDeniedException', statusCode: 400 })
        replyError(request.outgoing, `json-${version}`, { ...error, requestId: request.requestId })
      }
    },
    ...(close && { close }),
  }
}

/** Answers 200 with `output` as JSON. */
export function replyJson(request: ServiceRequest, version: '1.0' | '1.1', output: object): void {
  const body = Buffer.from(JSON.stringify(output))
  request.outgoing.writeHead(200, {
    'content-type': `application/x-amz-json-${version}`,
    'content-length': body.length,
    'x-amzn-requestid': request.requestId,
  })
  request.outgoing.end(body)
}

function operationName({ incoming }: ServiceRequest): string {
  const target = String(incoming.headers['x-amz-target'] ?? '')
  return target.slice(target.indexOf('.') + 1)
}

function parseBody({ body }: ServiceRequest): JsonObject {
  if (body === undefined || body.length === 0) return {}
  try {
    const parsed: unknown = JSON.parse(body.toString())
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject
  } catch {
    // Falls through to the one answer for every body that is not a JSON object.
  }
  throw new ServiceError('SerializationException', 'The request body is not a JSON object.')
}
