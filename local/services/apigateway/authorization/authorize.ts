import type { Clock } from '../../../clock.ts'
import type { Exchange, InvokeFunction } from '../exchange.ts'
import { GatewayError } from '../gateway-error.ts'
import { mapParameter } from '../map-parameter.ts'
import { matchesWhole } from '../mapping/java-regex.ts'
import type { Authorizer } from '../model/api-model.ts'
import { createAuthorizerEvent } from './authorizer-event.ts'
import { judgePolicy, type Verdict } from './authorizer-policy.ts'
import { type AuthorizerAnswer, readAuthorizerAnswer } from './read-authorizer-answer.ts'

/** Lets a request pass, with the authorizer's context in `exchange.context.authorizer`, or throws the gateway response. */
export type Authorize = (exchange: Exchange) => Promise<AuthorizerAnswer | undefined>

interface AuthorizeOptions {
  invokeFunction: InvokeFunction
  clock: Clock
  region: string
}

const DENIALS: Readonly<Record<Exclude<Verdict, 'allow'>, string>> = {
  'explicit-deny': 'User is not authorized to access this resource with an explicit deny',
  'implicit-deny': 'User is not authorized to access this resource',
}

/** Authorizers with their cache of answers by identity. */
export function createAuthorize({ invokeFunction, clock, region }: AuthorizeOptions): Authorize {
  const cache = new Map<string, { until: number; answer: AuthorizerAnswer }>()

  return async (exchange) => {
    const { authorizer } = exchange.route.method
    if (!authorizer) return undefined
    const identity = readIdentity(exchange, authorizer)
    const key = JSON.stringify([authorizer.id, identity])
    const methodArn = methodArnOf(exchange, region)
    const cached = cache.get(key)
    const ask = (): Promise<AuthorizerAnswer> =>
      askAuthorizer(exchange, { authorizer, methodArn, identity }, invokeFunction)
    const answer = cached && cached.until > clock.now() ? cached.answer : await ask()
    if (authorizer.ttlSeconds > 0 && identity.length > 0 && answer !== cached?.answer) {
      cache.set(key, { until: clock.now() + authorizer.ttlSeconds * 1000, answer })
    }
    exchange.context.authorizer = answer.context
    const verdict = judgePolicy(answer.statements, methodArn)
    if (verdict !== 'allow') throw new GatewayError('ACCESS_DENIED', { message: DENIALS[verdict] })
    return answer
  }
}

/** The values of the identity sources. One that is missing is a 401 without a call, and so is a token of the wrong form. */
function readIdentity({ api, request, route, context }: Exchange, authorizer: Authorizer): string[] {
  const sources = { context, stageVariables: api.stageVariables, request, pathParameters: route.pathParameters }
  return authorizer.identitySources.map((source) => {
    const value = mapParameter(source, sources)
    if (value === undefined) throw new GatewayError('UNAUTHORIZED')
    if (authorizer.tokenPattern && !matchesWhole(authorizer.tokenPattern, value)) throw new GatewayError('UNAUTHORIZED')
    return value
  })
}

function methodArnOf({ context, request }: Exchange, region: string): string {
  const { accountId, apiId, stage } = context
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${request.httpMethod}${request.path}`
}

interface Question {
  authorizer: Authorizer
  methodArn: string
  identity: readonly string[]
}

async function askAuthorizer(
  exchange: Exchange,
  question: Question,
  invoke: InvokeFunction,
): Promise<AuthorizerAnswer> {
  const { authorizer, methodArn, identity } = question
  const event = createAuthorizerEvent(exchange, authorizer, methodArn, identity[0] ?? '')
  const result = await invoke(authorizer.functionArn, JSON.stringify(event)).catch((cause: unknown) => {
    throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', { cause })
  })
  if (result.functionError === undefined) return readAuthorizerAnswer(result.payload)
  if (errorMessageOf(result.payload) === 'Unauthorized') throw new GatewayError('UNAUTHORIZED')
  throw new GatewayError('AUTHORIZER_FAILURE', { cause: new Error(`the authorizer failed: ${result.payload}`) })
}

function errorMessageOf(payload: string): unknown {
  try {
    return (JSON.parse(payload) as { errorMessage?: unknown } | null)?.errorMessage
  } catch {
    return undefined
  }
}
