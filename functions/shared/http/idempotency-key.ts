import { InvalidRequestError } from '../errors.ts'
import type { ApiRequest } from './api-request.ts'

/** An execution name has at most this many characters. */
const LONGEST = 80
const KEY = /^[A-Za-z0-9_-]+$/

/** The id that the caller wants for what the request starts: the `Idempotency-Key` header, or undefined. Throws `InvalidRequest`. */
export function idempotencyKeyOf({ headers }: ApiRequest, longest: number = LONGEST): string | undefined {
  const header = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'idempotency-key')
  const key = header?.[1]?.trim()
  if (!key) return undefined
  if (KEY.test(key) && key.length <= longest) return key
  throw new InvalidRequestError(`Idempotency-Key: must be 1 to ${longest} letters, digits, '-' or '_'`)
}
