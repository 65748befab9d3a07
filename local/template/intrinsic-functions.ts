import { TemplateError } from './stack.ts'

/** Stands for `AWS::NoValue`: the property or list item that has it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue')

/** What the functions of a template ask about the rest of it. */
export interface Scope {
  /** The value of `Ref`: a pseudo parameter, a parameter, or a resource's physical id. */
  ref(name: string, path: string): unknown
  attribute(logicalId: string, attribute: string, path: string): unknown
  condition(name: string, path: string): boolean
  mapping(map: string, first: string, second: string, path: string): unknown
}

type IntrinsicFunction = (argument: unknown, scope: Scope, path: string) => unknown

const FUNCTIONS: Record<string, IntrinsicFunction> = {
  Ref: (argument, scope, path) => scope.ref(text(argument, path), path),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope, path) => {
    const [separator, parts] = list(argument, path, 2)
    return listOfText(resolve(parts, scope, `${path}[1]`), `${path}[1]`).join(text(separator, `${path}[0]`))
  },
  'Fn::Select': (argument, scope, path) => {
    const [index, items] = resolvedList(argument, scope, path, 2)
    const chosen = list(items, `${path}[1]`)[Number(index)]
    if (chosen === undefined) throw new TemplateError(path, `the list has no item ${String(index)}`)
    return chosen
  },
  'Fn::Split': (argument, scope, path) => {
    const [separator, whole] = resolvedList(argument, scope, path, 2)
    return text(whole, `${path}[1]`).split(text(separator, `${path}[0]`))
  },
  'Fn::FindInMap': (argument, scope, path) => {
    const [map, first, second] = listOfText(resolvedList(argument, scope, path, 3), path)
    return scope.mapping(map!, first!, second!, path)
  },
  'Fn::Base64': (argument, scope, path) => Buffer.from(text(resolve(argument, scope, path), path)).toString('base64'),
  'Fn::ImportValue': (_argument, _scope, path) => {
    throw new TemplateError(path, 'values of other stacks do not exist here')
  },
  'Fn::If': (argument, scope, path) => {
    const [condition, whenTrue, whenFalse] = list(argument, path, 3)
    return scope.condition(text(condition, `${path}[0]`), path)
      ? resolve(whenTrue, scope, `${path}[1]`)
      : resolve(whenFalse, scope, `${path}[2]`)
  },
  'Fn::Equals': (argument, scope, path) => {
    const [left, right] = resolvedList(argument, scope, path, 2)
    return JSON.stringify(stringly(left)) === JSON.stringify(stringly(right))
  },
  'Fn::And': (argument, scope, path) => conditions(argument, scope, path).every(Boolean),
  'Fn::Or': (argument, scope, path) => conditions(argument, scope, path).some(Boolean),
  'Fn::Not': (argument, scope, path) => !conditions(argument, scope, path)[0],
}

/** The value with every function in it resolved; what is `AWS::NoValue` is left out of objects and lists. */
export function resolve(value: unknown, scope: Scope, path: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => resolve(item, scope, `${path}[${index}]`)).filter((item) => item !== NO_VALUE)
  }
  if (typeof value !== 'object' || value === null) return value
  const call = asCall(value, path)
  if (call !== undefined) return call.function(call.argument, scope, `${path}.${call.name}`)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolve(item, scope, `${path}.${key}`)])
      .filter(([, item]) => item !== NO_VALUE),
  )
}

/** Resolves an expression of the Conditions section, where `{ Condition: name }` names another one. */
export function resolveCondition(expression: unknown, scope: Scope, path: string): boolean {
  if (isReference(expression)) return scope.condition(expression.Condition, path)
  const value = resolve(expression, scope, path)
  if (typeof value !== 'boolean') throw new TemplateError(path, 'is not a condition')
  return value
}

function asCall(
  value: object,
  path: string,
): { name: string; function: IntrinsicFunction; argument: unknown } | undefined {
  const [entry, ...others] = Object.entries(value)
  if (entry === undefined) return undefined
  const [name, argument] = entry
  if (name !== 'Ref' && !name.startsWith('Fn::')) return undefined
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (known === undefined) throw new TemplateError(path, `the laptop stack does not know the function ${name}`)
  if (others.length > 0) throw new TemplateError(path, `${name} stands beside other keys`)
  return { name, function: known, argument }
}

function getAttribute(argument: unknown, scope: Scope, path: string): unknown {
  const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, path)
  return scope.attribute(
    text(logicalId, path),
    attribute.map((part) => text(resolve(part, scope, path), path)).join('.'),
    path,
  )
}

const VARIABLE = /\$\{(!?)([^}]*)\}/g

function substitute(argument: unknown, scope: Scope, path: string): string {
  const [pattern, variables = {}] = Array.isArray(argument) ? list(argument, path, 2) : [argument]
  const own = resolve(variables, scope, `${path}[1]`) as Record<string, unknown>
  return text(pattern, path).replace(VARIABLE, (_whole, literal: string, rawName: string) => {
    if (literal === '!') return `\${${rawName}}`
    const name = rawName.trim()
    if (Object.hasOwn(own, name)) return text(own[name], `${path} \${${name}}`)
    const at = name.indexOf('.')
    const value = at < 0 ? scope.ref(name, path) : scope.attribute(name.slice(0, at), name.slice(at + 1), path)
    return text(value, `${path} \${${name}}`)
  })
}

function conditions(argument: unknown, scope: Scope, path: string): boolean[] {
  return list(argument, path).map((item, index) => resolveCondition(item, scope, `${path}[${index}]`))
}

function isReference(value: unknown): value is { Condition: string } {
  return typeof value === 'object' && value !== null && typeof (value as { Condition?: unknown }).Condition === 'string'
}

function resolvedList(argument: unknown, scope: Scope, path: string, length: number): unknown[] {
  return list(argument, path, length).map((item, index) => resolve(item, scope, `${path}[${index}]`))
}

function list(value: unknown, path: string, length?: number): unknown[] {
  if (!Array.isArray(value)) throw new TemplateError(path, 'takes a list')
  if (length !== undefined && value.length !== length) throw new TemplateError(path, `takes a list of ${length}`)
  return value
}

function listOfText(value: unknown, path: string): string[] {
  return list(value, path).map((item, index) => text(item, `${path}[${index}]`))
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TemplateError(path, 'is not text')
}

/** CloudFormation compares numbers and booleans as text. */
function stringly(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}
