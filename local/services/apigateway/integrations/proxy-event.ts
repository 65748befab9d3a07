import type { Exchange } from '../exchange.ts'
import { contentTypeOf, findHeader, multipleValues, singleValues } from '../gateway-request.ts'

type Pair = readonly [name: string, value: string]

/** The event of a Lambda proxy integration, format 1.0. What is empty is null, except headers. */
export function createProxyEvent(exchange: Exchange): object {
  const { request, route, api } = exchange
  const headers = [...request.headers, ...forwardedHeaders(exchange)]
  const isBase64Encoded = request.body.length > 0 && matchesMediaType(api.binaryMediaTypes, contentTypeOf(request))
  return {
    resource: route.resource.path,
    path: request.path,
    httpMethod: request.httpMethod,
    headers: singleValues(headers),
    multiValueHeaders: multipleValues(headers),
    queryStringParameters: nullIfEmpty(singleValues(request.query)),
    multiValueQueryStringParameters: nullIfEmpty(multipleValues(request.query)),
    pathParameters: nullIfEmpty(route.pathParameters),
    stageVariables: nullIfEmpty(api.stageVariables),
    requestContext: describeRequestContext(exchange),
    body: request.body.length === 0 ? null : request.body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
}

/** What AWS's front adds to the headers of every request. */
export function forwardedHeaders({ request, context }: Exchange): Pair[] {
  const port = /:(\d+)$/.exec(findHeader(request, 'host') ?? '')?.[1] ?? '80'
  const epoch = Math.floor(context.requestTimeEpoch / 1000).toString(16)
  const added: Pair[] = [
    ['X-Amzn-Trace-Id', `Root=1-${epoch}-${context.requestId.replaceAll('-', '').slice(0, 24)}`],
    ['X-Forwarded-For', request.sourceIp],
    ['X-Forwarded-Port', port],
    ['X-Forwarded-Proto', 'http'],
  ]
  return added.filter(([name]) => findHeader(request, name) === undefined)
}

const NO_IDENTITY = {
  cognitoIdentityPoolId: null,
  accountId: null,
  cognitoIdentityId: null,
  caller: null,
  principalOrgId: null,
  accessKey: null,
  cognitoAuthenticationType: null,
  cognitoAuthenticationProvider: null,
  userAgent: null,
  userArn: null,
  user: null,
}

/** `event.requestContext`. */
export function describeRequestContext({ context }: Exchange): object {
  const { requestOverride: _request, responseOverride: _response, error: _error, ...shown } = context
  return { ...shown, identity: { ...NO_IDENTITY, ...context.identity } }
}

/** Whether a media type is one of the API's binary ones: `image/png`, `image/*`, or everything by `*\/*`. */
export function matchesMediaType(binaryMediaTypes: readonly string[], mediaType: string): boolean {
  const [kind = ''] = mediaType.split('/')
  return ['*/*', `${kind}/*`, mediaType].some((candidate) => binaryMediaTypes.includes(candidate))
}

function nullIfEmpty<T extends object>(values: T): T | null {
  return Object.keys(values).length === 0 ? null : values
}
