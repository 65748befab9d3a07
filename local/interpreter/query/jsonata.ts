import jsonata from 'jsonata'
import type { Eventually, Json, JsonObject } from '../contract.ts'
import { queryEvaluationError, type StateError } from '../error/state-error.ts'
import { createRange, partition } from '../intrinsic/array.ts'
import { isHashAlgorithm } from '../intrinsic/hash.ts'
import { setProperty } from '../json.ts'
import { seededRandom } from '../run/chance.ts'
import { compileSync, needsLibrary, type SyncJsonata } from './jsonata-sync.ts'
import type { Scope, World } from './scope.ts'
import { visibleVariables } from './scope.ts'

/**
 * Everything that sets AWS's JSONata apart from npm jsonata 2.0.6 is in this file: no `$eval`, the functions `$partition $range $hash $random $uuid $parse`,
 * a result that is undefined or a function is an error, results are plain JSON.
 */
export interface JsonataExpression {
  readonly text: string
  /** `location` such as `Output/result` goes into the error. */
  readonly evaluate: (scope: Scope, location: string) => Eventually<Json>
}

/** The text is no JSONata. */
export class JsonataSyntaxError extends Error {
  override readonly name = 'JsonataSyntaxError'
}

const WRAPPED = /^\{%([\s\S]*)%\}$/

/** The expression inside `{% … %}`, or undefined for an ordinary string. */
export function unwrapJsonata(text: string): string | undefined {
  return WRAPPED.exec(text)?.[1]?.trim()
}

/** Throws JsonataSyntaxError. */
export function compileJsonata(text: string): JsonataExpression {
  const compiled = parse(text)
  const sync = compileSync(compiled.ast())
  return {
    text,
    evaluate: (scope, location) => {
      const blame = blameOn(text, location)
      const value = sync === undefined ? needsLibrary : evaluateAtOnce(sync, scope)
      if (value === needsLibrary) return evaluateWithLibrary(compiled, scope, blame)
      if (value === undefined) throw blame('returned nothing (undefined).')
      return value as Json
    },
  }
}

/** What comes out is part of the data, or computed from it, and so plain JSON; `$states` itself is none until it is copied. */
function evaluateAtOnce(sync: SyncJsonata, scope: Scope): unknown {
  const states = reservedVariable(scope)
  const value = sync({ states, variables: scope.variables })
  return value === states ? needsLibrary : value
}

function parse(text: string): jsonata.Expression {
  try {
    return jsonata(text)
  } catch (error) {
    throw new JsonataSyntaxError((error as Error).message)
  }
}

async function evaluateWithLibrary(compiled: jsonata.Expression, scope: Scope, blame: Blame): Promise<Json> {
  let value: unknown
  try {
    value = await compiled.evaluate(undefined, bindings(scope))
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw blame(`threw an error during evaluation. ${code === undefined ? '' : `${code}: `}${message}`)
  }
  return finish(value, blame)
}

/** `$states`; the context is made only when an expression asks for it. */
function reservedVariable(scope: Scope): JsonObject {
  return {
    input: scope.input,
    get context() {
      return scope.context()
    },
    ...(scope.result === undefined ? {} : { result: scope.result }),
    ...(scope.errorOutput === undefined ? {} : { errorOutput: scope.errorOutput }),
  }
}

function bindings(scope: Scope): Record<string, unknown> {
  return { ...visibleVariables(scope.variables), ...awsFunctions(scope.world), states: reservedVariable(scope) }
}

const formatTime = jsonata('$fromMillis($at, $picture, $timezone)')

function awsFunctions(world: World): Record<string, unknown> {
  return {
    eval: undefined,
    now: (picture?: string, timezone?: string) => formatTime.evaluate(undefined, { at: world.at, picture, timezone }),
    millis: () => world.at,
    random: (seed?: number) => (seed === undefined ? world.random() : seededRandom(String(seed), 0)),
    shuffle: (items: readonly Json[]) => shuffle(world, items),
    uuid: () => world.uuid(),
    partition: (items: Json, size: number) =>
      partition(Array.isArray(items) ? items : [items], Math.max(1, Math.round(size))),
    range: (first: number, last: number, step: number) => singletonOrAll(createRange(first, last, step) ?? []),
    hash: (data: Json, algorithm = 'SHA-256') => hash(world, data, algorithm),
    parse: (text: string) => JSON.parse(text),
  }
}

/** The library's own draws from a source that no replay would meet again. */
function shuffle(world: World, items: readonly Json[]): Json {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(world.random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}

/** AWS's `$range` answers a sequence, and JSONata unwraps sequences of one. */
function singletonOrAll(items: readonly number[]): Json {
  return items.length === 1 ? items[0]! : items
}

function hash(world: World, data: Json, algorithm: string): string {
  if (!isHashAlgorithm(algorithm)) throw new Error(`Unknown hash algorithm ${algorithm}`)
  return world.ports.hash(algorithm, typeof data === 'string' ? data : JSON.stringify(data))
}

type Blame = (detail: string) => StateError

/** Makes errors that name the expression and the field it stands in. */
function blameOn(text: string, location: string): Blame {
  return (detail) =>
    queryEvaluationError(`The JSONata expression '${text}' specified for the field '${location}' ${detail}`, {
      location,
    })
}

function finish(value: unknown, blame: Blame): Json {
  if (value === undefined) throw blame('returned nothing (undefined).')
  return toJson(value, blame)
}

function toJson(value: unknown, blame: Blame): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (Array.isArray(value)) return Array.from(value, (item) => toJson(item, blame))
  if (typeof value !== 'object' || '_jsonata_function' in value || '_jsonata_lambda' in value) {
    throw blame('returned an unsupported result type.')
  }
  const copy: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) if (item !== undefined) setProperty(copy, key, toJson(item, blame))
  return copy
}
