import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'

export interface Signing {
  accessKeyId?: string
  secretAccessKey?: string
  sessionToken?: string
  service: string
  region?: string
  at?: Date
}

export interface Unsigned {
  method?: string
  /** Path with query, as it goes on the wire. */
  target: string
  host: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** What AWS's own signer makes of a request: the oracle for our verification. */
export async function signRequest(request: Unsigned, signing: Signing): Promise<Record<string, string>> {
  const signed = await signerFor(signing).sign(toHttpRequest(request), { signingDate: signing.at ?? new Date() })
  return signed.headers
}

/** A presigned path and query. */
export async function presignRequest(request: Unsigned, signing: Signing & { expiresIn?: number }): Promise<string> {
  const signed = await signerFor(signing).presign(toHttpRequest(request), {
    signingDate: signing.at ?? new Date(),
    expiresIn: signing.expiresIn ?? 900,
  })
  const query = Object.entries(signed.query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? '')}`),
  )
  return `${signed.path}?${query.join('&')}`
}

function signerFor({
  accessKeyId = 'test',
  secretAccessKey = 'test',
  sessionToken,
  service,
  region = 'us-east-1',
}: Signing) {
  return new SignatureV4({
    service,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  })
}

function toHttpRequest({ method = 'GET', target, host, headers = {}, body }: Unsigned): HttpRequest {
  const url = new URL(`http://${host}`)
  const question = target.indexOf('?')
  const query: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(question < 0 ? '' : target.slice(question))) {
    query[name] = name in query ? [query[name]!, value].flat() : value
  }
  return new HttpRequest({
    method,
    hostname: url.hostname,
    port: Number(url.port),
    path: question < 0 ? target : target.slice(0, question),
    query,
    headers: { host, ...headers },
    ...(body !== undefined && { body }),
  })
}
