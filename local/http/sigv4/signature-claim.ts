import type { IncomingHttpHeaders } from 'node:http'
import { AuthenticationError } from './authentication-error.ts'

/** What a request says about its own signature. */
export interface SignatureClaim {
  form: 'header' | 'presigned'
  accessKeyId: string
  /** Credential scope: `YYYYMMDD`, region, service. */
  date: string
  region: string
  service: string
  /** Lower-case names, in the order given. */
  signedHeaders: string[]
  signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  signedAt: string
  /** Seconds, of a presigned URL. */
  expiresIn?: number
  sessionToken?: string
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const LONGEST_EXPIRY_SECONDS = 604_800

/** The claim in the `Authorization` header or in the query; undefined for an unsigned request. */
export function readSignatureClaim(headers: IncomingHttpHeaders, query: URLSearchParams): SignatureClaim | undefined {
  if (headers.authorization !== undefined) return fromHeader(headers.authorization, headers)
  if (query.has('X-Amz-Credential') || query.has('X-Amz-Signature')) return fromQuery(query)
  return undefined
}

function fromHeader(authorization: string, headers: IncomingHttpHeaders): SignatureClaim {
  const [algorithm, ...rest] = authorization.trim().split(/[\s,]+/)
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported authorization type '${algorithm}', only ${ALGORITHM} is`)
  const parts = new Map(rest.map((part) => splitOnce(part, '=')))
  const sessionToken = headers['x-amz-security-token']
  return {
    form: 'header',
    ...readCredential(need(parts.get('Credential'), 'Credential')),
    signedHeaders: need(parts.get('SignedHeaders'), 'SignedHeaders').toLowerCase().split(';'),
    signature: need(parts.get('Signature'), 'Signature'),
    signedAt: readSignedAt(headers['x-amz-date']),
    ...(typeof sessionToken === 'string' && { sessionToken }),
  }
}

function fromQuery(query: URLSearchParams): SignatureClaim {
  const get = (name: string): string => need(query.get(name), name)
  if (get('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`Unsupported X-Amz-Algorithm, only ${ALGORITHM} is`)
  const sessionToken = query.get('X-Amz-Security-Token')
  return {
    form: 'presigned',
    ...readCredential(get('X-Amz-Credential')),
    signedHeaders: get('X-Amz-SignedHeaders').toLowerCase().split(';'),
    signature: get('X-Amz-Signature'),
    signedAt: readSignedAt(get('X-Amz-Date')),
    expiresIn: readExpiry(query.get('X-Amz-Expires')),
    ...(sessionToken !== null && { sessionToken }),
  }
}

function readCredential(credential: string): Pick<SignatureClaim, 'accessKeyId' | 'date' | 'region' | 'service'> {
  const pieces = credential.split('/')
  // An access key may hold slashes; the scope after it never does.
  const [date, region, service, terminator] = pieces.slice(-4)
  const accessKeyId = pieces.slice(0, -4).join('/')
  if (!accessKeyId || !/^\d{8}$/.test(date ?? '') || !region || !service || terminator !== 'aws4_request') {
    throw incomplete(`Credential must be keyid/date/region/service/aws4_request, got '${credential}'`)
  }
  return { accessKeyId, date: date!, region, service }
}

function readSignedAt(value: string | string[] | undefined): string {
  if (typeof value === 'string' && /^\d{8}T\d{6}Z$/.test(value)) return value
  throw incomplete("The request needs X-Amz-Date in ISO-8601 basic format, e.g. '20250131T120000Z'")
}

function readExpiry(value: string | null): number {
  const seconds = Number(value ?? 900)
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_EXPIRY_SECONDS) return seconds
  throw incomplete(`X-Amz-Expires must be a number of seconds up to ${LONGEST_EXPIRY_SECONDS} (a week)`)
}

function need(value: string | null | undefined, name: string): string {
  if (value) return value
  throw incomplete(`Authorization requires '${name}'`)
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function incomplete(message: string): AuthenticationError {
  return new AuthenticationError('incomplete', message)
}
