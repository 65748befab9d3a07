import type { Clock } from '../../../clock.ts'
import type { CallAwsAction, Exchange, FunctionResult, GatewayReply, InvokeFunction } from '../exchange.ts'
import { badGateway, configurationError, GatewayError } from '../gateway-error.ts'
import type { IntegrationTarget } from '../model/integration-target.ts'
import { createIntegrationRequest } from './integration-request.ts'
import { mapIntegrationResponse } from './integration-response.ts'
import { createProxyEvent } from './proxy-event.ts'
import { readProxyReply } from './proxy-reply.ts'
import { withTimeout } from './with-timeout.ts'

export interface Backends {
  invokeFunction: InvokeFunction
  callAwsAction: CallAwsAction
  clock: Clock
  log(line: string): void
}

type Run<K extends IntegrationTarget['kind']> = (
  exchange: Exchange,
  target: Extract<IntegrationTarget, { kind: K }>,
  backends: Backends,
) => Promise<GatewayReply>

const RUNS: { readonly [K in IntegrationTarget['kind']]: Run<K> } = {
  mock: runMock,
  'lambda-proxy': runLambdaProxy,
  lambda: runLambda,
  action: runAction,
}

/** Calls what is behind the method and makes the reply of it; throws the gateway response when that fails or takes too long. */
export function runIntegration(exchange: Exchange, backends: Backends): Promise<GatewayReply> {
  const { target } = exchange.route.method.integration
  return (RUNS[target.kind] as Run<typeof target.kind>)(exchange, target as never, backends)
}

/** osls writes `{statusCode:200}`, which is no JSON; AWS reads it all the same. */
const MOCK_STATUS = /["']?statusCode["']?\s*:\s*["']?(\d{3})\b/

async function runMock(exchange: Exchange): Promise<GatewayReply> {
  const status = MOCK_STATUS.exec(createIntegrationRequest(exchange).body)?.[1]
  if (!status) throw configurationError('the request template of a MOCK integration gives no statusCode')
  return mapIntegrationResponse(exchange, { selector: status, headers: {}, body: '' })
}

async function runLambdaProxy(
  exchange: Exchange,
  { functionArn }: Extract<IntegrationTarget, { kind: 'lambda-proxy' }>,
  backends: Backends,
): Promise<GatewayReply> {
  const event = JSON.stringify(createProxyEvent(exchange))
  const result = await callFunction(exchange, { functionArn, payload: event }, backends)
  if (result.functionError !== undefined) throw badGateway(`the function failed: ${result.payload}`)
  return readProxyReply(result.payload, exchange)
}

async function runLambda(
  exchange: Exchange,
  { functionArn }: Extract<IntegrationTarget, { kind: 'lambda' }>,
  backends: Backends,
): Promise<GatewayReply> {
  const { body, headers } = createIntegrationRequest(exchange)
  if (headers['x-amz-invocation-type'] === 'Event') {
    backends
      .invokeFunction(functionArn, body)
      .catch((error: unknown) => backends.log(`${functionArn} failed: ${error}`))
    return mapIntegrationResponse(exchange, { selector: '202', headers: {}, body: '' })
  }
  const result = await callFunction(exchange, { functionArn, payload: body }, backends)
  const selector = result.functionError === undefined ? '200' : errorMessageOf(result.payload)
  return mapIntegrationResponse(exchange, { selector, headers: {}, body: result.payload })
}

async function runAction(
  exchange: Exchange,
  { service, action }: Extract<IntegrationTarget, { kind: 'action' }>,
  { callAwsAction, clock }: Backends,
): Promise<GatewayReply> {
  const { roleArn, timeoutMs } = exchange.route.method.integration
  const { body, contentType } = createIntegrationRequest(exchange)
  const call = callAwsAction({ service, action, body, contentType, roleArn }).catch((cause: unknown) => {
    throw new GatewayError('INTEGRATION_FAILURE', { cause })
  })
  const reply = await withTimeout(call, timeoutMs, clock)
  const headers = Object.fromEntries(Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), value]))
  return mapIntegrationResponse(exchange, { selector: String(reply.status), headers, body: reply.body })
}

function callFunction(
  { route }: Exchange,
  { functionArn, payload }: { functionArn: string; payload: string },
  { invokeFunction, clock }: Backends,
): Promise<FunctionResult> {
  const call = invokeFunction(functionArn, payload).catch((cause: unknown) => {
    throw badGateway('the function could not be invoked', cause)
  })
  return withTimeout(call, route.method.integration.timeoutMs, clock)
}

function errorMessageOf(payload: string): string {
  try {
    return String((JSON.parse(payload) as { errorMessage?: unknown } | null)?.errorMessage ?? '')
  } catch {
    return ''
  }
}
