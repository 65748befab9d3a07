import type { IncomingHttpHeaders } from 'node:http'
import { hashPayload } from './verify-signature.ts'

export interface HashedPayload {
  headers: IncomingHttpHeaders
  query: URLSearchParams
  /** Undefined for S3, whose bodies are streams: what the client declares is signed, and S3 compares it with the bytes. */
  body: Buffer | undefined
}

/** The last line of the canonical request. */
export function payloadHashOf({ headers, query, body }: HashedPayload): string {
  const header = headers['x-amz-content-sha256']
  const declared = typeof header === 'string' ? header : query.get('X-Amz-Content-Sha256')
  if (body === undefined) return declared ?? 'UNSIGNED-PAYLOAD'
  return declared === 'UNSIGNED-PAYLOAD' ? declared : hashPayload(body)
}
