import type { Exchange } from '../exchange.ts'
import { configurationError, GatewayError } from '../gateway-error.ts'
import { contentTypeOf, singleValues } from '../gateway-request.ts'
import { mapParameter } from '../map-parameter.ts'
import { renderTemplate } from '../mapping/template.ts'
import { TEMPLATE_FUNCTIONS } from '../mapping/template-functions.ts'
import { createTemplateInput } from '../mapping/template-input.ts'

/** What goes to the integration. */
export interface IntegrationRequest {
  body: string
  contentType: string
  /** By lower-case name; only those the template maps. */
  headers: Record<string, string>
}

/** Applies the integration's parameter mappings and request template. */
export function createIntegrationRequest(exchange: Exchange): IntegrationRequest {
  const { request } = exchange
  const template = chooseRequestTemplate(exchange)
  const incoming = request.body.toString('utf8')
  const body = template === undefined ? incoming : renderForExchange(exchange, template, incoming)
  const headers = { ...mapHeaders(exchange), ...lowerCaseNames(exchange.context.requestOverride.header) }
  return { body, headers, contentType: headers['content-type'] ?? contentTypeOf(request) }
}

/** The template of the request's content type; undefined where the body passes as it is. */
function chooseRequestTemplate({ request, route }: Exchange): string | undefined {
  const { requestTemplates, passthrough } = route.method.integration
  const template = requestTemplates[contentTypeOf(request)]
  if (template !== undefined) return template
  const refuses =
    passthrough === 'NEVER' || (passthrough === 'WHEN_NO_TEMPLATES' && Object.keys(requestTemplates).length > 0)
  if (refuses) throw new GatewayError('UNSUPPORTED_MEDIA_TYPE')
  return undefined
}

/** Renders one of the API's templates for a request's or a response's body. A template that breaks is a 500 with its reason in the log. */
export function renderForExchange({ api, request, route, context }: Exchange, template: string, body: string): string {
  const parameters = {
    path: route.pathParameters,
    querystring: singleValues(request.query),
    header: singleValues(request.headers),
  }
  try {
    return renderTemplate(template.trim(), {
      input: createTemplateInput(body, parameters),
      context,
      stageVariables: api.stageVariables,
      util: TEMPLATE_FUNCTIONS,
    })
  } catch (error) {
    if (error instanceof GatewayError) throw error
    throw configurationError(`a mapping template of ${route.resource.path} failed`, error)
  }
}

const HEADER_PREFIX = 'integration.request.header.'

function mapHeaders({ api, request, route, context }: Exchange): Record<string, string> {
  const sources = { context, stageVariables: api.stageVariables, request, pathParameters: route.pathParameters }
  const entries = Object.entries(route.method.integration.requestParameters).flatMap(([target, expression]) => {
    const value = target.startsWith(HEADER_PREFIX) ? mapParameter(expression, sources) : undefined
    return value === undefined ? [] : [[target.slice(HEADER_PREFIX.length).toLowerCase(), value] as const]
  })
  return Object.fromEntries(entries)
}

function lowerCaseNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}
