import { findHeader, type GatewayRequest } from './gateway-request.ts'

export interface ContextIdentity {
  sourceIp: string
  userAgent?: string
  apiKey?: string
  apiKeyId?: string
}

/** The `$context` variable; templates may add to its overrides. */
export interface RequestContext {
  accountId: string
  apiId: string
  domainName: string
  domainPrefix: string
  extendedRequestId: string
  httpMethod: string
  identity: ContextIdentity
  /** With the stage. */
  path: string
  protocol: string
  requestId: string
  /** `10/Oct/2025:13:55:36 +0000`. */
  requestTime: string
  requestTimeEpoch: number
  resourceId: string
  /** `/merges/{id}`. */
  resourcePath: string
  stage: string
  /** What the authorizer said, every value as text. */
  authorizer?: Record<string, string>
  error?: { message: string | null; messageString: string; responseType: string; validationErrorString?: string }
  requestOverride: Overrides
  responseOverride: Overrides
}

interface Overrides {
  header: Record<string, string>
  path: Record<string, string>
  querystring: Record<string, string>
  status?: unknown
}

interface ContextOptions {
  accountId: string
  apiId: string
  region: string
  stage: string
  requestId: string
  now: number
}

/** The context of a request before it is routed. */
export function createRequestContext(request: GatewayRequest, options: ContextOptions): RequestContext {
  const { accountId, apiId, region, stage, requestId, now } = options
  const userAgent = findHeader(request, 'user-agent')
  return {
    accountId,
    apiId,
    domainName: `${apiId}.execute-api.${region}.amazonaws.com`,
    domainPrefix: apiId,
    extendedRequestId: `${Buffer.from(requestId.replaceAll('-', ''), 'hex').toString('base64url').slice(0, 15)}=`,
    httpMethod: request.httpMethod,
    identity: { sourceIp: request.sourceIp, ...(userAgent !== undefined && { userAgent }) },
    path: `/${stage}${request.path}`,
    protocol: request.protocol,
    requestId,
    requestTime: formatRequestTime(now),
    requestTimeEpoch: now,
    resourceId: '',
    resourcePath: '',
    stage,
    requestOverride: noOverrides(),
    responseOverride: noOverrides(),
  }
}

function noOverrides(): Overrides {
  return { header: {}, path: {}, querystring: {} }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The time format of Apache's access log. */
export function formatRequestTime(epoch: number): string {
  const [date = '', time = ''] = new Date(epoch).toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`
}
