import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../clock.ts'
import { type Authenticator, createAuthenticator, type Identity } from './authenticate.ts'
import { isLocalHost } from './check-host.ts'
import { replyIndex } from './index-page.ts'
import type { Page } from './page.ts'
import { readBody } from './read-body.ts'
import { refuse, refusePlainly } from './refuse.ts'
import type { AwsService, ConditionContext, Principal, ServiceRequest } from './service.ts'
import { AuthenticationError } from './sigv4/authentication-error.ts'
import { readSignatureClaim, type SignatureClaim } from './sigv4/signature-claim.ts'

/** The part of IAM that the edge asks. */
export interface EdgeIam {
  findByAccessKey(accessKeyId: string): Identity | undefined
  authorize(principal: Principal, action: string, resource: string, context?: ConditionContext): void
}

export interface EdgeOptions {
  iam: EdgeIam
  /** By the name in the credential scope: `states`, `s3`, `dynamodb`, `sns`, `events`, `sts`, `lambda`, … */
  services: Record<string, AwsService>
  clock: Clock
  region: string
  accountId: string
  /** Served to browsers without a signature. */
  pages?: Page[]
  newRequestId?: () => string
}

export interface Edge {
  /** Resolves with the port in use, for which 0 asks the system; rejects with the system's error, e.g. `EADDRINUSE`. */
  listen(port: number, host?: string): Promise<number>
  /** Ends open connections; closing the services is the caller's. */
  close(): Promise<void>
}

/** Longer than SDK clients keep idle connections, so that they, not we, close them, and no request meets a closing socket. */
const KEEP_ALIVE_MILLISECONDS = 75_000

/** The one port of all AWS services: checks host and signature, finds the service, hands the request over. */
export function createEdge(options: EdgeOptions): Edge {
  const authenticator = createAuthenticator({
    findByAccessKey: (id) => options.iam.findByAccessKey(id),
    clock: options.clock,
  })
  const context: EdgeContext = { ...options, authenticator }
  const server = createServer((incoming, outgoing) => {
    serve({ incoming, outgoing }, context).catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS
  // A slow upload of a large part is no attack on a laptop.
  server.requestTimeout = 0
  return {
    listen: (port, host = '127.0.0.1') => listen(server, port, host),
    close: () => close(server),
  }
}

interface EdgeContext extends EdgeOptions {
  authenticator: Authenticator
}

interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

async function serve({ incoming, outgoing }: Exchange, context: EdgeContext): Promise<void> {
  const host = incoming.headers.host
  if (!isLocalHost(host)) {
    const text = `This is a laptop stack: it answers to localhost and 127.0.0.1, not to the host name '${host ?? ''}'.`
    return refusePlainly(outgoing, 403, text)
  }
  const url = parseUrl(incoming)
  if (url === undefined) return refusePlainly(outgoing, 400, 'The request target must be a path.')
  const requestId = (context.newRequestId ?? randomUUID)()
  try {
    const claim = readSignatureClaim(incoming.headers, url.searchParams)
    if (claim !== undefined) await serveSigned({ incoming, outgoing, url, requestId, claim }, context)
    else await serveUnsigned({ incoming, outgoing, url, requestId }, context)
  } catch (thrown) {
    refuse({ incoming, outgoing, url, requestId, thrown })
  }
}

function parseUrl({ url = '', headers }: IncomingMessage): URL | undefined {
  const address = `http://${headers.host}${url}`
  return url.startsWith('/') && URL.canParse(address) ? new URL(address) : undefined
}

interface LocatedExchange extends Exchange {
  url: URL
  requestId: string
}

async function serveSigned(exchange: LocatedExchange & { claim: SignatureClaim }, context: EdgeContext): Promise<void> {
  const { incoming, outgoing, url, requestId, claim } = exchange
  const identity = context.authenticator.identify(claim)
  const service = findService(claim.service, context.services)
  const body = claim.service === 's3' ? undefined : await readBody(incoming)
  if (body === 'too-large') throw new AuthenticationError('too-large', 'The request body is larger than 16 MiB')
  context.authenticator.verify(claim, identity, { incoming, url, body })
  const { principal } = identity
  const request = { incoming, outgoing, url, requestId, region: claim.region, principal, ...(body && { body }) }
  await service.handle(serviceRequest(request, context))
}

async function serveUnsigned(exchange: LocatedExchange, context: EdgeContext): Promise<void> {
  const { incoming, outgoing, url } = exchange
  const { services, pages = [], region, accountId } = context
  if (incoming.method === 'OPTIONS' && services.s3 !== undefined) {
    const principal = { arn: 'anonymous', accountId, accessKeyId: '' }
    return services.s3.handle(serviceRequest({ ...exchange, region, principal }, context))
  }
  if (incoming.method === 'GET' || incoming.method === 'HEAD') {
    if (url.pathname === '/' && url.search === '') {
      return replyIndex(incoming, outgoing, { services: Object.keys(services).sort(), pages, region, accountId })
    }
    const page = pages.find(({ path }) => owns(path, url.pathname))
    if (page !== undefined) return page.handle(incoming, outgoing, url)
  }
  throw new AuthenticationError(
    'unsigned',
    'Request is missing Authentication Token: sign it with AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test',
  )
}

function serviceRequest(request: Omit<ServiceRequest, 'authorize'>, { iam }: EdgeContext): ServiceRequest {
  return {
    ...request,
    authorize: (action, resource, conditions) => iam.authorize(request.principal, action, resource, conditions),
  }
}

function findService(name: string, services: Record<string, AwsService>): AwsService {
  const service = Object.hasOwn(services, name) ? services[name] : undefined
  if (service !== undefined) return service
  const served = Object.keys(services).sort().join(', ')
  throw new AuthenticationError('unknown-service', `The laptop stack does not serve '${name}'. It serves: ${served}.`)
}

/** Whether `pathname` is the page's own path, lies below it, or adds an extension to it. */
function owns(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(`${path}/`) || pathname.startsWith(`${path}.`)
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
