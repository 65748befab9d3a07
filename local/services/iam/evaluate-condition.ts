import type { ConditionContext } from '../../http/service.ts'
import { COMPARISONS, isNegated } from './condition-operators.ts'
import type { PolicyStatement } from './policy-document.ts'

/** Whether a statement's conditions hold; `unknownOperator` names one that nobody here can decide. */
export interface ConditionResult {
  holds: boolean
  unknownOperator?: string
}

/** Evaluates every operator and key of a `Condition` block; all must hold. `context` has lower-case keys. */
export function evaluateCondition(condition: PolicyStatement['Condition'], context: ConditionContext): ConditionResult {
  let holds = true
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      const expected = (Array.isArray(values) ? values : [values]).map(String)
      const result = evaluateKey({ operator, actual: context[key.toLowerCase()], expected })
      if (result === 'unknown') return { holds: false, unknownOperator: operator }
      holds &&= result
    }
  }
  return { holds }
}

interface KeyCheck {
  operator: string
  actual: string | undefined
  expected: string[]
}

function evaluateKey({ operator, actual, expected }: KeyCheck): boolean | 'unknown' {
  // Every key has one value here, so the set operators differ only in what a missing key means.
  const [, quantifier, named] = /^(?:(ForAnyValue|ForAllValues):)?(.*)$/.exec(operator)!
  const ifExists = named!.endsWith('IfExists')
  const base = ifExists ? named!.slice(0, -'IfExists'.length) : named!
  if (base === 'Null') return (actual === undefined) === (expected[0] === 'true')
  const comparison = Object.hasOwn(COMPARISONS, base) ? COMPARISONS[base] : undefined
  if (comparison === undefined) return 'unknown'
  if (actual === undefined)
    return ifExists || quantifier === 'ForAllValues' || (isNegated(base) && quantifier !== 'ForAnyValue')
  return isNegated(base)
    ? expected.every((value) => comparison(actual, value))
    : expected.some((value) => comparison(actual, value))
}
