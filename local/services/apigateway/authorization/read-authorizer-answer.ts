import { GatewayError } from '../gateway-error.ts'
import { readPolicy, type Statement } from './authorizer-policy.ts'

/** What a Lambda authorizer decided, whichever methods it is asked for. */
export interface AuthorizerAnswer {
  statements: Statement[]
  /** `$context.authorizer`: the principal and the context, every value as text. */
  context: Record<string, string>
  /** The API key, where the API takes it from the authorizer. */
  usageIdentifierKey?: string
}

/** Reads an authorizer's reply. Throws AUTHORIZER_CONFIGURATION_ERROR for one that AWS would not understand. */
export function readAuthorizerAnswer(payload: string): AuthorizerAnswer {
  const answer = parseObject(payload)
  const { principalId, policyDocument, context = {}, usageIdentifierKey } = answer
  if (typeof principalId !== 'string' || principalId === '')
    throw misconfigured('the authorizer returned no principalId')
  return {
    statements: readPolicy(policyDocument),
    context: { ...readContext(context), principalId },
    ...(typeof usageIdentifierKey === 'string' && { usageIdentifierKey }),
  }
}

function parseObject(payload: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(payload)
    if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>
  } catch {
    // Said below, as for any other answer that is no object.
  }
  throw misconfigured('the authorizer returned no JSON object')
}

const ALLOWED_VALUES = ['string', 'number', 'boolean']

function readContext(context: unknown): Record<string, string> {
  if (typeof context !== 'object' || context === null) throw misconfigured("the authorizer's context is no object")
  const entries = Object.entries(context).filter(([, value]) => value !== null)
  const strange = entries.find(([, value]) => !ALLOWED_VALUES.includes(typeof value))
  if (strange)
    throw misconfigured(`the authorizer's context has a value that is no string, number or boolean: ${strange[0]}`)
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

/** For the log only: the client gets `{"message":null}`. */
export function misconfigured(reason: string): GatewayError {
  return new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', { cause: new Error(reason) })
}
