import type { IncomingMessage } from 'node:http'

type Pair = readonly [name: string, value: string]

/** A request as the API sees it: without the stage, names of headers in the case they were sent in. */
export interface GatewayRequest {
  httpMethod: string
  /** As sent, percent-encoded, after the stage: `/merges/1`. */
  path: string
  headers: readonly Pair[]
  query: readonly Pair[]
  sourceIp: string
  /** `HTTP/1.1`. */
  protocol: string
  body: Buffer
}

/** Reads everything but the body. */
export function readGatewayRequest(incoming: IncomingMessage, path: string, queryText: string): GatewayRequest {
  const { rawHeaders } = incoming
  const headers = rawHeaders.flatMap((name, index): Pair[] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  )
  return {
    httpMethod: incoming.method ?? 'GET',
    path,
    headers,
    query: [...new URLSearchParams(queryText)],
    sourceIp: (incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    protocol: `HTTP/${incoming.httpVersion}`,
    body: Buffer.alloc(0),
  }
}

/** The last value of a header, whatever the case of its name. */
export function findHeader(request: GatewayRequest, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return request.headers.findLast(([header]) => header.toLowerCase() === wanted)?.[1]
}

/** The media type without its parameters; a request that names none counts as JSON. */
export function contentTypeOf(request: GatewayRequest): string {
  const sent = findHeader(request, 'content-type') ?? ''
  return sent.split(';', 1)[0]?.trim().toLowerCase() || 'application/json'
}

/** Of a repeated name the last value, as AWS has it. */
export function singleValues(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs)
}

export function multipleValues(pairs: readonly Pair[]): Record<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}
