import type { Eventually, Json, JsonObject } from '../contract.ts'
import { queryEvaluationError } from '../error/state-error.ts'
import { isArray, isObject, setProperty } from '../json.ts'
import { constantExpression, type Expression } from './expression.ts'
import { compileJsonata, type JsonataExpression, unwrapJsonata } from './jsonata.ts'
import { compilePayloadTemplate } from './payload-template.ts'
import type { Scope } from './scope.ts'

export type QueryLanguage = 'JSONPath' | 'JSONata'

/** A field that holds JSON with expressions in it: Arguments, Output, Assign, ItemSelector, or Parameters and ResultSelector in JSONPath. */
export function compileTemplate(
  value: Json,
  { language, field }: { language: QueryLanguage; field: string },
): Expression {
  return language === 'JSONata' ? compileJsonataTemplate(value, field) : compilePayloadTemplate(value)
}

interface Leaf {
  readonly expression: JsonataExpression
  readonly location: string
}

/** Every string of the form `{% … %}` anywhere in the value is an expression; errors name it as `Output/result`. */
export function compileJsonataTemplate(value: Json, field: string): Expression {
  const leaves: Leaf[] = []
  const build = compileNode(value, field, leaves)
  if (leaves.length === 0) return constantExpression(value)
  return {
    evaluate: (scope) => {
      const values = evaluateLeaves(leaves, scope)
      return values instanceof Promise ? values.then(build) : build(values)
    },
  }
}

type Build = (values: readonly Json[]) => Json

function compileNode(value: Json, location: string, leaves: Leaf[]): Build {
  if (typeof value === 'string') return compileLeaf(value, location, leaves)
  if (isArray(value)) {
    const items = value.map((item, index) => compileNode(item, `${location}[${index}]`, leaves))
    return (values) => items.map((item) => item(values))
  }
  if (isObject(value)) return compileObject(value, location, leaves)
  return () => value
}

function compileObject(value: JsonObject, location: string, leaves: Leaf[]): Build {
  const entries = Object.entries(value).map(
    ([key, item]) => [key, compileNode(item, `${location}/${key}`, leaves)] as const,
  )
  return (values) => {
    const built: Record<string, Json> = {}
    for (const [key, item] of entries) setProperty(built, key, item(values))
    return built
  }
}

function compileLeaf(value: string, location: string, leaves: Leaf[]): Build {
  const text = unwrapJsonata(value)
  if (text === undefined) return () => value
  const position = leaves.push({ expression: compileJsonata(text), location }) - 1
  return (values) => values[position]!
}

function evaluateLeaves(leaves: readonly Leaf[], scope: Scope): Eventually<readonly Json[]> {
  const values: Json[] = []
  for (const { expression, location } of leaves) {
    const value = expression.evaluate(scope, location)
    if (value instanceof Promise) return evaluateRest({ leaves, scope, values, pending: value })
    values.push(value)
  }
  return values
}

async function evaluateRest({
  leaves,
  scope,
  values,
  pending,
}: {
  leaves: readonly Leaf[]
  scope: Scope
  values: Json[]
  pending: Promise<Json>
}): Promise<readonly Json[]> {
  values.push(await pending)
  for (const { expression, location } of leaves.slice(values.length))
    values.push(await expression.evaluate(scope, location))
  return values
}

/** A field that may be a literal or one JSONata expression of a certain type, such as TimeoutSeconds or Items. */
export function compileTypedJsonata(
  value: Json,
  { field, expected, accepts }: { field: string; expected: string; accepts: (value: Json) => boolean },
): Expression {
  const text = typeof value === 'string' ? unwrapJsonata(value) : undefined
  if (text === undefined) return compileJsonataTemplate(value, field)
  const expression = compileJsonata(text)
  const check = (result: Json): Json => {
    if (accepts(result)) return result
    const detail = `returned an unexpected result type. Expected '${expected}', but was '${typeName(result)}' for value: ${JSON.stringify(result)}`
    throw queryEvaluationError(`The JSONata expression '${text}' specified for the field '${field}' ${detail}`, {
      location: field,
    })
  }
  return {
    evaluate: (scope) => {
      const result = expression.evaluate(scope, field)
      return result instanceof Promise ? result.then(check) : check(result)
    },
  }
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  return isArray(value) ? 'array' : typeof value
}
