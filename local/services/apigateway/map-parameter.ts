import { findHeader, type GatewayRequest } from './gateway-request.ts'
import { findJsonPath } from './mapping/json-path.ts'
import type { RequestContext } from './request-context.ts'

/** Where mapping expressions take their values from; what a mapping has no business with is left out. */
export interface ParameterSources {
  context: RequestContext
  stageVariables: Record<string, string>
  request?: GatewayRequest
  pathParameters?: Record<string, string>
  /** Of the integration. */
  response?: { headers: Record<string, string>; body: string }
}

type Lookup = (name: string, sources: ParameterSources) => unknown

/** Expressions by their beginning; the first that fits is taken. */
const LOOKUPS: readonly [prefix: string, Lookup][] = [
  ['context.', (name, { context }) => findJsonPath(context, name)],
  ['stageVariables.', (name, { stageVariables }) => stageVariables[name]],
  ['method.request.header.', (name, { request }) => request && findHeader(request, name)],
  ['method.request.multivalueheader.', (name, { request }) => request && joinHeader(request, name)],
  ['method.request.querystring.', (name, { request }) => request?.query.findLast(([key]) => key === name)?.[1]],
  ['method.request.path.', (name, { pathParameters }) => pathParameters?.[name]],
  ['method.request.body.', (name, { request }) => request && fromBody(request.body.toString('utf8'), name)],
  ['method.request.body', (_, { request }) => request?.body.toString('utf8')],
  ['integration.response.header.', (name, { response }) => response?.headers[name.toLowerCase()]],
  ['integration.response.multivalueheader.', (name, { response }) => response?.headers[name.toLowerCase()]],
  ['integration.response.body.', (name, { response }) => response && fromBody(response.body, name)],
  ['integration.response.body', (_, { response }) => response?.body],
]

/** The value of a mapping expression: `'literal'`, `method.request.header.X`, `context.requestId`; undefined when there is none. */
export function mapParameter(expression: string, sources: ParameterSources): string | undefined {
  const literal = /^'(.*)'$/s.exec(expression)
  if (literal) return literal[1]
  const [prefix, lookup] = LOOKUPS.find(([beginning]) => expression.startsWith(beginning)) ?? []
  const value = prefix && lookup?.(expression.slice(prefix.length), sources)
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function joinHeader(request: GatewayRequest, name: string): string {
  const wanted = name.toLowerCase()
  return request.headers.flatMap(([header, value]) => (header.toLowerCase() === wanted ? [value] : [])).join(',')
}

function fromBody(body: string, path: string): unknown {
  try {
    return findJsonPath(JSON.parse(body || '{}'), path)
  } catch {
    return undefined
  }
}
