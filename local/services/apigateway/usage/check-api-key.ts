import type { AuthorizerAnswer } from '../authorization/read-authorizer-answer.ts'
import type { Exchange } from '../exchange.ts'
import { GatewayError } from '../gateway-error.ts'
import { findHeader } from '../gateway-request.ts'
import type { ApiModel, UsagePlanModel } from '../model/api-model.ts'
import type { Metering } from './request-meter.ts'

/** Puts what the caller sent as its key, and whose key it is, into the context: authorizers are told both. */
export function identifyApiKey({ api, request, route, context }: Exchange): void {
  if (!route.method.apiKeyRequired || api.keySource !== 'HEADER') return
  noteApiKey(api, context.identity, findHeader(request, 'x-api-key'))
}

/** Throws INVALID_API_KEY for a key that is missing, unknown or in no usage plan, THROTTLED and QUOTA_EXCEEDED beyond the plan. */
export function checkApiKey(
  { api, route, context }: Exchange,
  answer: AuthorizerAnswer | undefined,
  meter: (plan: UsagePlanModel, keyId: string) => Metering,
): void {
  if (!route.method.apiKeyRequired) return
  const { identity } = context
  if (api.keySource === 'AUTHORIZER') noteApiKey(api, identity, answer?.usageIdentifierKey)
  const plan = api.plans.find(({ keyIds }) => identity.apiKeyId !== undefined && keyIds.includes(identity.apiKeyId))
  if (!plan || identity.apiKeyId === undefined) throw new GatewayError('INVALID_API_KEY')
  const metering = meter(plan, identity.apiKeyId)
  if (metering !== 'ok') throw new GatewayError(metering)
}

function noteApiKey(api: ApiModel, identity: Exchange['context']['identity'], value: string | undefined): void {
  if (value === undefined) return
  identity.apiKey = value
  const key = api.keys.find((candidate) => candidate.value === value)
  if (key) identity.apiKeyId = key.id
}
