import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../clock.ts'
import { isLocalHost } from '../../http/check-host.ts'
import { createAuthorize } from './authorization/authorize.ts'
import type { CallAwsAction, GatewayReply, InvokeFunction } from './exchange.ts'
import { GatewayError } from './gateway-error.ts'
import { readGatewayRequest } from './gateway-request.ts'
import { renderGatewayResponse } from './gateway-response.ts'
import { runIntegration } from './integrations/run-integration.ts'
import type { TemplateResource } from './model/api-model.ts'
import { type ListedRoute, listRoutes } from './model/list-routes.ts'
import { matchRoute, type RouteMatch } from './model/match-route.ts'
import { readApiModel } from './model/read-api-model.ts'
import { readLimitedBody } from './read-limited-body.ts'
import { createRequestContext, type RequestContext } from './request-context.ts'
import { checkApiKey, identifyApiKey } from './usage/check-api-key.ts'
import { createRequestMeter } from './usage/request-meter.ts'
import { createBodyValidator } from './validation/body-validator.ts'
import { validateRequest } from './validation/validate-request.ts'

export interface RestApiOptions {
  /** Of the whole template; only AWS::ApiGateway::* are looked at. */
  resources: Iterable<TemplateResource>
  stage: string
  clock: Clock
  invokeFunction: InvokeFunction
  callAwsAction: CallAwsAction
  /** Values of the API keys by physical id; a `Value` in the template serves where there is none. */
  apiKeyValues: ReadonlyMap<string, string>
  accountId: string
  region: string
  log(line: string): void
  /** Tests count; by default random. */
  newRequestId?: () => string
}

export interface RestApi {
  handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>
  routes(): ListedRoute[]
  /** Starts to listen; gives the port, which matters when `port` was 0. */
  listen(port: number, host?: string): Promise<number>
  close(): Promise<void>
}

/** Requests that take this long are logged. */
const SLOW_MS = 1000

/** The REST API of the template under `http://<host>:<port>/<stage>`, as API Gateway serves it. */
export function createRestApi(options: RestApiOptions): RestApi {
  const { clock, stage, accountId, region, log, newRequestId = randomUUID } = options
  const api = readApiModel(options.resources, options)
  const authorize = createAuthorize(options)
  const meter = createRequestMeter(clock)
  const validateBody = createBodyValidator(api)

  const answer = async (
    incoming: IncomingMessage,
    path: string,
    query: string,
  ): Promise<[GatewayReply, RequestContext]> => {
    const request = readGatewayRequest(incoming, path, query)
    const context = createRequestContext(request, {
      accountId,
      apiId: api.id,
      region,
      stage,
      requestId: newRequestId(),
      now: clock.now(),
    })
    const route = matchRoute(api.root, request.httpMethod, path)
    try {
      if (!route) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN')
      context.resourceId = route.resource.id
      context.resourcePath = route.resource.path
      request.body = await readLimitedBody(incoming)
      const exchange = { api, request, route, context }
      identifyApiKey(exchange)
      const authorized = await authorize(exchange)
      checkApiKey(exchange, authorized, meter)
      await validateRequest(exchange, validateBody)
      return [await runIntegration(exchange, options), context]
    } catch (error) {
      const failure = asGatewayError(error)
      logFailure(failure, context)
      const sources = { context, stageVariables: api.stageVariables, request, ...pathParametersOf(route) }
      return [renderGatewayResponse(failure, api.gatewayResponses, sources), context]
    }
  }

  const logFailure = (error: GatewayError, { httpMethod, path, requestId }: RequestContext): void => {
    if (error.status < 500) return
    const reason = error.cause instanceof Error ? error.cause.message : error.message
    log(`${httpMethod} ${path} ${error.status} ${error.type}: ${reason} (request ${requestId})`)
  }

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const startedAt = clock.now()
    const { path, query } = splitUrl(incoming.url ?? '/')
    const rest = stripStage(path, stage)
    if (!isLocalHost(incoming.headers.host) || rest === undefined) return sendForbidden(outgoing, newRequestId())
    const [reply, context] = await answer(incoming, rest, query)
    send(outgoing, reply, context)
    const took = clock.now() - startedAt
    if (took >= SLOW_MS) log(`${context.httpMethod} ${context.path} ${reply.status} ${took} ms`)
  }

  return { handle, routes: () => listRoutes(api.root), ...serve(handle, log) }
}

/** The server around the handler. A request that breaks the handler itself is logged and dropped. */
function serve(handle: RestApi['handle'], log: (line: string) => void): Pick<RestApi, 'listen' | 'close'> {
  const server: Server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      if (!incoming.destroyed || incoming.complete)
        log(`${incoming.method} ${splitUrl(incoming.url ?? '/').path} broke: ${error}`)
      outgoing.destroy()
    })
  })
  return {
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function asGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : new GatewayError('DEFAULT_5XX', { cause: error })
}

function pathParametersOf(route: RouteMatch | undefined): { pathParameters?: Record<string, string> } {
  return route ? { pathParameters: route.pathParameters } : {}
}

function splitUrl(url: string): { path: string; query: string } {
  const [path = '/', ...query] = url.split('?')
  return { path: path.replace(/^https?:\/\/[^/]*/, ''), query: query.join('?') }
}

/** The path after `/<stage>`; undefined where the stage is missing. */
function stripStage(path: string, stage: string): string | undefined {
  const prefix = `/${stage}`
  if (path === prefix) return '/'
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined
}

function sendForbidden(outgoing: ServerResponse, requestId: string): void {
  const headers = {
    'Content-Type': 'application/json',
    'x-amzn-ErrorType': 'ForbiddenException',
    'x-amzn-RequestId': requestId,
  }
  outgoing.writeHead(403, headers).end('{"message":"Forbidden"}')
}

function send(outgoing: ServerResponse, { status, headers, body }: GatewayReply, context: RequestContext): void {
  for (const [name, value] of headers) outgoing.appendHeader(name, value)
  outgoing.setHeader('x-amzn-RequestId', context.requestId)
  outgoing.setHeader('x-amz-apigw-id', context.extendedRequestId)
  outgoing.setHeader('Content-Length', Buffer.byteLength(body))
  outgoing.writeHead(status).end(context.httpMethod === 'HEAD' ? undefined : body)
}
