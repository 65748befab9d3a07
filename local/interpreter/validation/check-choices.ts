import { comparatorNames } from '../choice/comparators.ts'
import type { Diagnostic, Json, JsonObject } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import { checkFields, type Shape } from './check-fields.ts'
import {
  type Check,
  isBoolean,
  isJsonata,
  isNumber,
  isObjectTemplate,
  isPath,
  isTemplate,
  isText,
  isTimestamp,
} from './check-value.ts'
import { requiredFields, schemaError } from './finding.ts'
import { below, elementOf, type Place } from './place.ts'

/** Choices: a list of rules that is not empty. */
export const checkChoices: Check = (value, place) => {
  if (!isArray(value)) return [schemaError('Expected value of type Array', place.location)]
  if (value.length === 0) return [schemaError('Array must not be empty', place.location)]
  return value.flatMap((rule, index) => checkTopRule(rule, elementOf(place, index)))
}

const outcome: Shape = {
  Next: { check: isText, required: true },
  Assign: { check: isObjectTemplate },
  Output: { check: isTemplate, language: 'JSONata' },
  Comment: { check: isText },
}

/** An expression, or the literal true or false. */
const isCondition: Check = (value, place) => (typeof value === 'boolean' ? [] : isJsonata(value, place))

function checkTopRule(rule: Json, place: Place): readonly Diagnostic[] {
  if (!isObject(rule)) return [schemaError('Expected value of type Object', place.location)]
  if (place.language === 'JSONata')
    return checkFields(rule, { ...outcome, Condition: { check: isCondition, required: true } }, place)
  const { Next, Assign, Output, Comment, ...comparison } = rule
  const rest = Object.fromEntries(
    Object.entries({ Next, Assign, Output, Comment }).filter(([, value]) => value !== undefined),
  ) as JsonObject
  return [...checkFields(rest, outcome, place), ...checkRule(comparison, place)]
}

function checkRule(rule: Json, place: Place): readonly Diagnostic[] {
  if (!isObject(rule)) return [schemaError('Expected value of type Object', place.location)]
  const { Comment: _comment, ...fields } = rule
  const names = Object.keys(fields)
  const [combinator] = names.filter((name) => Object.hasOwn(combinators, name))
  if (combinator !== undefined && names.length === 1)
    return combinators[combinator]!(fields[combinator]!, below(place, combinator))
  return checkComparison(fields, place)
}

const checkRules: Check = (value, place) => {
  if (!isArray(value) || value.length === 0)
    return [schemaError('Expected a non-empty value of type Array', place.location)]
  return value.flatMap((rule, index) => checkRule(rule, elementOf(place, index)))
}

const combinators: Readonly<Record<string, Check>> = { And: checkRules, Or: checkRules, Not: checkRule }

function checkComparison(fields: JsonObject, place: Place): readonly Diagnostic[] {
  const operators = Object.keys(fields).filter((name) => comparatorNames.has(name))
  const unknown = Object.keys(fields).filter((name) => name !== 'Variable' && !comparatorNames.has(name))
  if (unknown.length > 0) return unknown.map((name) => schemaError(`Field '${name}' is not supported`, place.location))
  if (fields.Variable === undefined) return [requiredFields(['Variable'], place.location)]
  if (operators.length !== 1)
    return [schemaError('A Choice Rule must have exactly one comparison operator', place.location)]
  const [operator] = operators as [string]
  return [
    ...isPath(fields.Variable, below(place, 'Variable')),
    ...operandCheck(operator)(fields[operator]!, below(place, operator)),
  ]
}

const operands: readonly (readonly [prefix: string, check: Check])[] = [
  ['String', isText],
  ['Numeric', isNumber({ least: Number.NEGATIVE_INFINITY, integer: false })],
  ['Boolean', isBoolean],
  ['Timestamp', isTimestamp],
  ['Is', isBoolean],
]

function operandCheck(operator: string): Check {
  if (operator.endsWith('Path')) return isPath
  return operands.find(([prefix]) => operator.startsWith(prefix))![1]
}
