import type { Json, JsonObject } from '../contract.ts'
import { lookupVariable, type Variables } from './scope.ts'

/**
 * npm jsonata evaluates everything through promises. The expressions machines are full of (a path into `$states` or a variable, a literal, a comparison, a sum)
 * are read here at once; whatever is not plainly covered, by its syntax or by the values it meets, goes to the library.
 */
export type SyncJsonata = (bindings: SyncBindings) => unknown

export interface SyncBindings {
  readonly states: JsonObject
  readonly variables: Variables
}

/** The values turned out to need more than is done here. */
export const needsLibrary = Symbol('needs the library')

interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

/** A function for the syntax tree, or undefined when the library has to do it. */
export function compileSync(ast: unknown): SyncJsonata | undefined {
  const node = ast as Node
  if (!isPlain(node)) return undefined
  return Object.hasOwn(compilers, node.type) ? compilers[node.type]!(node) : undefined
}

/** Predicates, grouping, bindings and the like: any of them makes a node the library's business. */
const SPECIAL = [
  'predicate',
  'stages',
  'group',
  'keepArray',
  'keepSingletonArray',
  'focus',
  'index',
  'nextFunction',
  'ancestor',
  'tuple',
  'consarray',
  'seekingParent',
]

function isPlain(node: Node): boolean {
  return SPECIAL.every((field) => node[field] === undefined)
}

const compilers: Readonly<Record<string, (node: Node) => SyncJsonata | undefined>> = {
  string: compileLiteral,
  number: compileLiteral,
  value: compileLiteral,
  variable: compileVariable,
  path: compilePath,
  binary: compileBinary,
  condition: compileCondition,
  block: ({ expressions }) =>
    Array.isArray(expressions) && expressions.length === 1 ? compileSync(expressions[0]) : undefined,
}

function compileLiteral({ value }: Node): SyncJsonata {
  return () => value
}

function compileVariable({ value }: Node): SyncJsonata | undefined {
  if (typeof value !== 'string' || value === '' || value === '$') return undefined
  if (value === 'states') return ({ states }) => states
  return ({ variables }) => lookupVariable(variables, value) ?? absent(variables, value)
}

/** A missing variable may be the name of a function. */
function absent(variables: Variables, name: string): unknown {
  return lookupVariable(variables, name) === null ? null : needsLibrary
}

function compilePath({ steps }: Node): SyncJsonata | undefined {
  const [first, ...rest] = steps as readonly Node[]
  const start = first?.type === 'variable' ? compileSync(first) : undefined
  if (start === undefined || !rest.every((step) => step.type === 'name' && isPlain(step))) return undefined
  const names = rest.map(({ value }) => value as string)
  return (bindings) => readNames(start(bindings), names)
}

/** Through objects only: an array on the way means mapping and flattening. */
function readNames(start: unknown, names: readonly string[]): unknown {
  let value = start
  for (const name of names) {
    if (Array.isArray(value) || value === needsLibrary) return needsLibrary
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
  }
  return value
}

function compileBinary({ value, lhs, rhs }: Node): SyncJsonata | undefined {
  const operate = Object.hasOwn(operators, value as string) ? operators[value as string] : undefined
  const left = operate && compileSync(lhs)
  const right = left && compileSync(rhs)
  if (operate === undefined || left === undefined || right === undefined) return undefined
  return (bindings) => operate(left(bindings), right(bindings))
}

type Operator = (left: unknown, right: unknown) => unknown

const operators: Readonly<Record<string, Operator>> = {
  '=': scalars((left, right) => left === right),
  '!=': scalars((left, right) => left !== right),
  '<': alike((left, right) => left < right),
  '<=': alike((left, right) => left <= right),
  '>': alike((left, right) => left > right),
  '>=': alike((left, right) => left >= right),
  '+': numbers((left, right) => left + right),
  '-': numbers((left, right) => left - right),
  '*': numbers((left, right) => left * right),
  '&': (left, right) => (typeof left === 'string' && typeof right === 'string' ? left + right : needsLibrary),
  and: booleans((left, right) => left && right),
  or: booleans((left, right) => left || right),
}

function scalars(operate: (left: Json, right: Json) => boolean): Operator {
  return (left, right) => (isScalar(left) && isScalar(right) ? operate(left, right) : needsLibrary)
}

function isScalar(value: unknown): value is Json {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function alike(operate: (left: number | string, right: number | string) => boolean): Operator {
  return (left, right) => {
    const fit =
      (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string')
    return fit ? operate(left as string, right as string) : needsLibrary
  }
}

function numbers(operate: (left: number, right: number) => number): Operator {
  return (left, right) => {
    const result = typeof left === 'number' && typeof right === 'number' ? operate(left, right) : Number.NaN
    return Number.isFinite(result) ? result : needsLibrary
  }
}

function booleans(operate: (left: boolean, right: boolean) => boolean): Operator {
  return (left, right) =>
    typeof left === 'boolean' && typeof right === 'boolean' ? operate(left, right) : needsLibrary
}

function compileCondition({ condition, then, else: otherwise }: Node): SyncJsonata | undefined {
  const test = compileSync(condition)
  const yes = compileSync(then)
  const no = otherwise === undefined ? () => undefined : compileSync(otherwise)
  if (test === undefined || yes === undefined || no === undefined) return undefined
  return (bindings) => {
    const met = test(bindings)
    if (typeof met !== 'boolean') return needsLibrary
    return met ? yes(bindings) : no(bindings)
  }
}
