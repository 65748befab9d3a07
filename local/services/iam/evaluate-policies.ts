import type { ConditionContext } from '../../http/service.ts'
import { evaluateCondition } from './evaluate-condition.ts'
import { matchesWildcard } from './match-wildcard.ts'
import type { PolicyDocument, PolicyStatement } from './policy-document.ts'

/** The question to the policies. */
export interface PolicyQuestion {
  action: string
  resource: string
  context: ConditionContext
}

/** `because` completes AWS's sentence of denial; undefined stands for its usual end. */
export type PolicyVerdict = { allowed: true } | { allowed: false; because?: string }

/**
 * IAM's decision for one identity: an explicit Deny wins, then an Allow, else no. A condition operator that is not
 * known makes an Allow void and a Deny effective, and the verdict says so.
 */
export function evaluatePolicies(policies: PolicyDocument[], question: PolicyQuestion): PolicyVerdict {
  const context = lowerKeys(question.context)
  const findings = policies
    .flatMap(({ Statement }) => Statement)
    .filter((statement) => covers(statement, question))
    .map((statement) => ({ effect: statement.Effect, ...evaluateCondition(statement.Condition, context) }))
  const unknown = findings.find(({ unknownOperator }) => unknownOperator !== undefined)?.unknownOperator
  const because =
    unknown && `because the laptop stack does not know the condition operator ${unknown} in an identity-based policy`
  if (findings.some(({ effect, unknownOperator }) => effect === 'Deny' && unknownOperator !== undefined))
    return refuse(because)
  if (findings.some(({ effect, holds }) => effect === 'Deny' && holds)) {
    return refuse('with an explicit deny in an identity-based policy')
  }
  return findings.some(({ effect, holds }) => effect === 'Allow' && holds) ? { allowed: true } : refuse(because)
}

function refuse(because: string | undefined): PolicyVerdict {
  return { allowed: false, ...(because !== undefined && { because }) }
}

function covers(statement: PolicyStatement, { action, resource }: PolicyQuestion): boolean {
  return coversAction(statement, action.toLowerCase()) && coversResource(statement, resource)
}

function coversAction({ Action, NotAction }: PolicyStatement, action: string): boolean {
  const matches = (pattern: string): boolean => matchesWildcard(pattern.toLowerCase(), action)
  return NotAction === undefined ? listOf(Action).some(matches) : !listOf(NotAction).some(matches)
}

function coversResource({ Resource, NotResource }: PolicyStatement, resource: string): boolean {
  const matches = (pattern: string): boolean => matchesWildcard(pattern, resource)
  return NotResource === undefined ? listOf(Resource).some(matches) : !listOf(NotResource).some(matches)
}

function listOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function lowerKeys(context: ConditionContext): ConditionContext {
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))
}
