import type { Json, JsonObject } from '../contract.ts'
import { runtimeError } from '../error/state-error.ts'
import { compilePath, type Path, PathNotFound } from '../query/json-path.ts'
import type { Scope } from '../query/scope.ts'
import { recoverFrom } from '../recover-from.ts'
import { comparators, patternComparators, typeTests } from './comparators.ts'

/** A rule of a JSONPath Choice, compiled. */
export type Rule = (scope: Scope) => boolean

/** Compiles a comparison or a tree of And, Or and Not. The definition has been validated. */
export function compileRule(rule: JsonObject): Rule {
  for (const [name, compile] of Object.entries(combinators)) {
    if (Object.hasOwn(rule, name)) return compile(rule[name]!)
  }
  return compileComparison(rule)
}

const combinators: Readonly<Record<string, (operand: Json) => Rule>> = {
  And: (operand) => {
    const rules = compileRules(operand)
    return (scope) => rules.every((rule) => rule(scope))
  },
  Or: (operand) => {
    const rules = compileRules(operand)
    return (scope) => rules.some((rule) => rule(scope))
  },
  Not: (operand) => {
    const rule = compileRule(operand as JsonObject)
    return (scope) => !rule(scope)
  },
}

function compileRules(operand: Json): readonly Rule[] {
  return (operand as readonly JsonObject[]).map(compileRule)
}

function compileComparison(rule: JsonObject): Rule {
  const variable = compilePath(rule.Variable as string)
  const [name, operand] = Object.entries(rule).find(([key]) => isComparator(key))!
  if (name === 'IsPresent') return (scope) => isPresent(variable, scope) === operand
  const test = lookup(typeTests, name)
  if (test !== undefined) return (scope) => test(readOperand(variable, scope)) === operand
  const comparator = lookup(comparators, name) ?? lookup(patternComparators, name)
  if (comparator !== undefined) return (scope) => comparator(readOperand(variable, scope), operand)
  const path = compilePath(operand as string)
  const compare = comparators[name.slice(0, -'Path'.length)]!
  return (scope) => compare(readOperand(variable, scope), readOperand(path, scope))
}

function isComparator(key: string): boolean {
  return (
    key === 'IsPresent' ||
    [comparators, patternComparators, typeTests].some((table) => Object.hasOwn(table, key)) ||
    key.endsWith('Path')
  )
}

function lookup<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function isPresent(variable: Path, scope: Scope): boolean {
  const hits = recoverFrom(
    PathNotFound,
    () => [variable.read(scope)],
    () => [],
  )
  return hits.some((value) => variable.definite || !Array.isArray(value) || value.length > 0)
}

function readOperand(path: Path, scope: Scope): Json {
  return recoverFrom(
    PathNotFound,
    () => path.read(scope),
    () => {
      throw runtimeError(`Invalid path '${path.text}': The choice state's condition path references an invalid value.`)
    },
  )
}
