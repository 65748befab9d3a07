import { log } from '../log.ts'
import type { ApiRequest, ApiResponse } from './api-request.ts'
import { errorReply } from './error-reply.ts'
import { reply } from './reply.ts'

/** One row per route, keyed `METHOD /resource/path` as API Gateway names it. */
export type RouteTable = Readonly<Record<string, (request: ApiRequest) => Promise<ApiResponse>>>

/** A Lambda proxy handler that answers the routes of the table, failures included; it never rejects. */
export function serveRoutes(routes: RouteTable): (request: ApiRequest) => Promise<ApiResponse> {
  return async (request) => {
    const route = `${request.httpMethod} ${request.resource}`
    const requestId = request.requestContext.requestId ?? 'unknown'
    const answer = routes[route]
    if (!answer) return reply(404, { message: `No route ${route}` })
    try {
      const response = await answer(request)
      log.info('Request answered', { requestId, route, statusCode: response.statusCode })
      return response
    } catch (error) {
      return errorReply(error, requestId)
    }
  }
}
