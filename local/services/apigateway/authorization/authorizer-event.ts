import type { Exchange } from '../exchange.ts'
import { multipleValues, singleValues } from '../gateway-request.ts'
import { describeRequestContext, forwardedHeaders } from '../integrations/proxy-event.ts'
import type { Authorizer } from '../model/api-model.ts'

/** What the Lambda authorizer is called with. */
export function createAuthorizerEvent(
  exchange: Exchange,
  authorizer: Authorizer,
  methodArn: string,
  token: string,
): object {
  if (authorizer.type === 'TOKEN') return { type: 'TOKEN', methodArn, authorizationToken: token }
  const { request, route, api } = exchange
  const headers = [...request.headers, ...forwardedHeaders(exchange)]
  return {
    type: 'REQUEST',
    methodArn,
    resource: route.resource.path,
    path: request.path,
    httpMethod: request.httpMethod,
    headers: singleValues(headers),
    multiValueHeaders: multipleValues(headers),
    queryStringParameters: singleValues(request.query),
    multiValueQueryStringParameters: multipleValues(request.query),
    pathParameters: route.pathParameters,
    stageVariables: api.stageVariables,
    requestContext: describeRequestContext(exchange),
  }
}
