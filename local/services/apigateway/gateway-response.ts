import type { GatewayReply } from './exchange.ts'
import { GATEWAY_ERRORS, type GatewayError } from './gateway-error.ts'
import { mapParameter, type ParameterSources } from './map-parameter.ts'
import { findJsonPath } from './mapping/json-path.ts'
import type { GatewayResponseSetting } from './model/api-model.ts'
import type { RequestContext } from './request-context.ts'

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
/** AWS writes this one message with a capital letter. */
const ACCESS_DENIED_TEMPLATE = '{"Message":$context.error.messageString}'

/** What the client gets when the gateway answers itself: the template's GatewayResponse of the type, or DEFAULT_4XX / 5XX, or AWS's own. */
export function renderGatewayResponse(
  error: GatewayError,
  settings: ReadonlyMap<string, GatewayResponseSetting>,
  sources: ParameterSources,
): GatewayReply {
  const setting = settings.get(error.type) ?? settings.get(error.status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX')
  const [contentType, template] = chooseTemplate(error, setting)
  const context = { ...sources.context, error: describeError(error) }
  return {
    status: setting?.status ?? error.status,
    headers: [
      ['Content-Type', contentType],
      ['x-amzn-ErrorType', GATEWAY_ERRORS[error.type].errorType],
      ...mapHeaders(setting, { ...sources, context }),
    ],
    body: substitute(template, context, sources.stageVariables),
  }
}

function chooseTemplate(error: GatewayError, setting: GatewayResponseSetting | undefined): [string, string] {
  const templates = Object.entries(setting?.templates ?? {})
  const fallback = error.type === 'ACCESS_DENIED' ? ACCESS_DENIED_TEMPLATE : DEFAULT_TEMPLATE
  return templates.find(([type]) => type === 'application/json') ?? templates[0] ?? ['application/json', fallback]
}

function describeError(error: GatewayError): NonNullable<RequestContext['error']> {
  return {
    message: error.clientMessage,
    messageString: JSON.stringify(error.clientMessage),
    responseType: error.type,
    ...(error.validationErrorString !== undefined && { validationErrorString: error.validationErrorString }),
  }
}

const HEADER_PREFIX = 'gatewayresponse.header.'

function mapHeaders(setting: GatewayResponseSetting | undefined, sources: ParameterSources): [string, string][] {
  return Object.entries(setting?.parameters ?? {}).flatMap(([target, expression]): [string, string][] => {
    const value = target.startsWith(HEADER_PREFIX) ? mapParameter(expression, sources) : undefined
    return value === undefined ? [] : [[target.slice(HEADER_PREFIX.length), value]]
  })
}

/**
 * Puts variables into a gateway response template. There is no VTL here, on AWS neither: only `$context.…` and `$stageVariables.…`.
 * Values are escaped for JSON text, as they stand between quotes; `messageString` brings its own. What has no value becomes nothing.
 */
function substitute(template: string, context: RequestContext, stageVariables: Record<string, string>): string {
  const variables = { context, stageVariables }
  return template.replace(VARIABLE, (_, braced: string | undefined, bare: string | undefined) => {
    const path = braced ?? bare ?? ''
    const value = findJsonPath(variables, path) ?? ''
    if (path === 'context.error.messageString') return String(value)
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return JSON.stringify(text).slice(1, -1)
  })
}

/** `${context.a.b}` or `$context.a.b`. */
const VARIABLE = /\$\{((?:context|stageVariables)(?:\.[\w-]+)+)\}|\$((?:context|stageVariables)(?:\.[\w-]+)+)/g
