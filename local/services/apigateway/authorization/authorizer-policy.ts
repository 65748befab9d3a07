import { GatewayError } from '../gateway-error.ts'

/** A statement of the policy that an authorizer returned. */
export interface Statement {
  effect: 'Allow' | 'Deny'
  actions: string[]
  resources: string[]
}

export type Verdict = 'allow' | 'explicit-deny' | 'implicit-deny'

const INVOKE = 'execute-api:Invoke'

/** Reads an IAM policy. Conditions and Not-elements are refused loudly rather than judged wrongly. */
export function readPolicy(document: unknown): Statement[] {
  const statements = asList((document as { Statement?: unknown } | undefined)?.Statement)
  if (statements.length === 0) throw invalid('the policy has no statement')
  return statements.map((statement) => readStatement(statement as Record<string, unknown>))
}

function readStatement(statement: Record<string, unknown>): Statement {
  const { Effect: effect, Action: action, Resource: resource } = statement
  const unknown = Object.keys(statement).find(
    (key) => !['Sid', 'Effect', 'Action', 'Resource', 'Principal'].includes(key),
  )
  if (unknown) throw invalid(`the laptop stack does not judge ${unknown}`)
  if (effect !== 'Allow' && effect !== 'Deny') throw invalid(`Effect is ${JSON.stringify(effect)}`)
  if (action === undefined || resource === undefined) throw invalid('a statement has no Action or no Resource')
  return { effect, actions: asList(action).map(String), resources: asList(resource).map(String) }
}

/** Whether the policy lets its bearer call `methodArn`; a Deny wins. */
export function judgePolicy(statements: readonly Statement[], methodArn: string): Verdict {
  const applying = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matchesPattern(pattern.toLowerCase(), INVOKE.toLowerCase())) &&
      resources.some((pattern) => matchesPattern(pattern, methodArn)),
  )
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicit-deny'
  return applying.length > 0 ? 'allow' : 'implicit-deny'
}

/** `*` any text, `?` one character. */
function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}

function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function invalid(reason: string): GatewayError {
  return new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', { cause: new Error(`the authorizer's policy: ${reason}`) })
}
