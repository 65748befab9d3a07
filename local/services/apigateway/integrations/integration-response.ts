import type { Exchange, GatewayReply } from '../exchange.ts'
import { configurationError } from '../gateway-error.ts'
import { findHeader } from '../gateway-request.ts'
import { mapParameter } from '../map-parameter.ts'
import { matchesWhole } from '../mapping/java-regex.ts'
import type { IntegrationResponse } from '../model/api-model.ts'
import { renderForExchange } from './integration-request.ts'

/** What came back from the integration. */
export interface EndpointReply {
  /** What selection patterns are matched against: the HTTP status, or the error message of a Lambda function. */
  selector: string
  headers: Record<string, string>
  body: string
}

/** Applies the integration response that fits: its status, headers and template, and what the template overrides. */
export function mapIntegrationResponse(exchange: Exchange, reply: EndpointReply): GatewayReply {
  const response = selectResponse(exchange.route.method.integration.responses, reply.selector)
  const { api, context } = exchange
  const [contentType, template] = chooseTemplate(exchange, response)
  const body = template === '' ? reply.body : renderForExchange(exchange, template, reply.body)
  const sources = { context, stageVariables: api.stageVariables, response: reply }
  const headers = new Map<string, [string, string]>([['content-type', ['Content-Type', contentType]]])
  const set = (name: string, value: string): unknown => headers.set(name.toLowerCase(), [name, value])
  for (const [target, expression] of Object.entries(response.parameters)) {
    const value = mapParameter(expression, sources)
    if (value !== undefined) set(target.replace('method.response.header.', ''), value)
  }
  for (const [name, value] of Object.entries(context.responseOverride.header)) set(name, String(value))
  return {
    status: overriddenStatus(context.responseOverride.status) ?? response.status,
    headers: [...headers.values()],
    body,
  }
}

/** The first whose pattern matches all of the selector, else the one without a pattern. */
export function selectResponse(responses: readonly IntegrationResponse[], selector: string): IntegrationResponse {
  const found =
    responses.find(({ selectionPattern }) => selectionPattern !== '' && matchesWhole(selectionPattern, selector)) ??
    responses.find(({ selectionPattern }) => selectionPattern === '')
  if (!found) throw configurationError(`no integration response for "${selector}" and no default one`)
  return found
}

/** By what the client accepts, else JSON, else the first. No template passes the body on. */
function chooseTemplate({ request }: Exchange, { templates }: IntegrationResponse): [string, string] {
  const entries = Object.entries(templates)
  const accepted = findHeader(request, 'accept')
  const found =
    entries.find(([type]) => type === accepted) ?? entries.find(([type]) => type === 'application/json') ?? entries[0]
  return found ?? ['application/json', '']
}

/** AWS ignores anything but a status number. */
function overriddenStatus(status: unknown): number | undefined {
  const number = Number(status)
  return Number.isInteger(number) && number >= 100 && number <= 599 ? number : undefined
}
