import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Exchange, GatewayReply } from '../exchange.ts'
import { badGateway } from '../gateway-error.ts'
import { findHeader } from '../gateway-request.ts'
import { matchesMediaType } from './proxy-event.ts'

const KNOWN_FIELDS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']

/** Reads what a proxy function returned. Throws the 502 of AWS for anything that is not `{ statusCode, headers, body, … }`. */
export function readProxyReply(payload: string, exchange: Exchange): GatewayReply {
  const reply = parseReply(payload)
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = reply
  const status = statusCode === undefined ? 200 : Number(statusCode)
  if (!Number.isInteger(status) || status < 100 || status > 599)
    throw badGateway('the function returned no valid statusCode')
  if (body !== undefined && body !== null && typeof body !== 'string')
    throw badGateway("the function's body is no string")
  const text = body ?? ''
  const pairs = readHeaders(headers, multiValueHeaders)
  const typed = pairs.some(([name]) => name.toLowerCase() === 'content-type')
  return {
    status,
    headers: typed ? pairs : [['Content-Type', 'application/json'], ...pairs],
    body: isBase64Encoded === true && wantsBinary(exchange) ? Buffer.from(text, 'base64') : text,
  }
}

function parseReply(payload: string): Record<string, unknown> {
  const reply = parse(payload)
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply))
    throw badGateway('the function returned no object')
  const strange = Object.keys(reply).find((name) => !KNOWN_FIELDS.includes(name))
  if (strange) throw badGateway(`the function returned a field that API Gateway does not know: ${strange}`)
  return reply as Record<string, unknown>
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch (error) {
    throw badGateway('the function returned no JSON', error)
  }
}

/** A name in both maps: the list counts. */
function readHeaders(single: unknown, multiple: unknown): [string, string][] {
  const lists = Object.entries((multiple ?? {}) as Record<string, unknown>)
  const listed = new Set(lists.map(([name]) => name.toLowerCase()))
  const singles = Object.entries((single ?? {}) as Record<string, unknown>)
  return [
    ...singles.filter(([name]) => !listed.has(name.toLowerCase())).map(([name, value]) => readHeader(name, value)),
    ...lists.flatMap(([name, values]) => [values].flat().map((value) => readHeader(name, value))),
  ]
}

function readHeader(name: string, value: unknown): [string, string] {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, String(value))
  } catch (error) {
    throw badGateway(`the function returned a header that HTTP does not allow: ${name}`, error)
  }
  return [name, String(value)]
}

/** AWS turns base64 back into bytes when the first type the client accepts is one of the binary ones. */
function wantsBinary({ api, request }: Exchange): boolean {
  const accepted = (findHeader(request, 'accept') ?? '*/*').split(',', 1)[0]?.split(';', 1)[0]?.trim() ?? ''
  return matchesMediaType(api.binaryMediaTypes, accepted)
}
