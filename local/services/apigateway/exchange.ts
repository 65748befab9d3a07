import type { GatewayRequest } from './gateway-request.ts'
import type { ApiModel } from './model/api-model.ts'
import type { RouteMatch } from './model/match-route.ts'
import type { RequestContext } from './request-context.ts'

/** One request on its way through the gateway, after it found its route. */
export interface Exchange {
  api: ApiModel
  request: GatewayRequest
  route: RouteMatch
  context: RequestContext
}

/** What the gateway sends. */
export interface GatewayReply {
  status: number
  headers: [name: string, value: string][]
  body: string | Buffer
}

/** What a Lambda function answered. */
export interface FunctionResult {
  /** The JSON text it returned, or `{"errorMessage", "errorType", …}` of what it threw. */
  payload: string
  /** Present when the function threw, ran out of time or broke. */
  functionError?: string
}

/** Rejects only when the function could not be run at all. */
export type InvokeFunction = (functionArn: string, payload: string) => Promise<FunctionResult>

/** A call of an AWS service on behalf of the integration's role. */
export interface AwsActionCall {
  /** `states`. */
  service: string
  /** `StartExecution`. */
  action: string
  body: string
  contentType: string
  roleArn: string
}

/** What the service answered on the wire, errors included. */
export interface AwsActionReply {
  status: number
  headers: Record<string, string>
  body: string
}

export type CallAwsAction = (call: AwsActionCall) => Promise<AwsActionReply>
