import { InvalidRequestError } from '../errors.ts'
import type { ApiRequest } from './api-request.ts'

/** A JSON object as a client sent it: nothing about its fields is known yet. */
export type JsonObject = Record<string, unknown>

/** The body of a request, which must be a JSON object whatever its content type says (browsers send `text/plain`). */
export function readJsonBody(request: ApiRequest): JsonObject {
  const text = bodyText(request)
  if (text.trim() === '') throw new InvalidRequestError('The body is empty: send a JSON object')
  const value = parse(text)
  if (!isJsonObject(value)) throw new InvalidRequestError('The body is not a JSON object: send {…}')
  return value
}

/** Whether a parsed value is an object with named fields. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bodyText(request: ApiRequest): string {
  const body = request.body ?? ''
  return request.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidRequestError(`The body is not JSON: ${(cause as Error).message}`, { cause })
  }
}
