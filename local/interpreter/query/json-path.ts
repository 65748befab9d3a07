import type { Json } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import { recoverFrom } from '../recover-from.ts'
import { matchesFilter } from './json-path-filter.ts'
import { callPathFunction } from './json-path-functions.ts'
import { type ParsedPath, parsePath, type Segment } from './json-path-parse.ts'
import { lookupVariable, type Scope } from './scope.ts'

/** A path compiled once and read many times. */
export interface Path {
  readonly text: string
  /** Names and single indices only: answers one value or fails; other paths answer an array. */
  readonly definite: boolean
  /** Throws PathNotFound when a definite path leads nowhere. */
  readonly read: (scope: Scope) => Json
}

/** A definite path leads nowhere; the message is Jayway's. */
export class PathNotFound extends Error {
  override readonly name = 'PathNotFound'
}

/** Compiles `$.a`, `$$.Execution.Id`, `$variable.a`. Throws PathSyntaxError. */
export function compilePath(text: string): Path {
  return compileParsedPath(text, parsePath(text))
}

export function compileParsedPath(text: string, parsed: ParsedPath): Path {
  const root = compileRoot(parsed)
  const { segments } = parsed
  if (segments.every((segment) => segment.kind === 'name' || segment.kind === 'index')) {
    return { text, definite: true, read: segments.length === 0 ? root : (scope) => readDefinite(root(scope), segments) }
  }
  const definite = segments.every((segment) => DEFINITE.has(segment.kind))
  return {
    text,
    definite,
    read: (scope) => (definite ? readSegments(root(scope), segments) : readOrNothing(root(scope), segments)),
  }
}

/** An indefinite path that leads nowhere finds nothing; that is no failure. */
function readOrNothing(root: Json, segments: readonly Segment[]): Json {
  return recoverFrom(
    PathNotFound,
    () => readSegments(root, segments),
    () => [],
  )
}

const DEFINITE = new Set<Segment['kind']>(['name', 'names', 'index', 'call'])

function compileRoot({ root }: ParsedPath): (scope: Scope) => Json {
  if (root.kind === 'data') return (scope) => scope.data
  if (root.kind === 'context') return (scope) => scope.context()
  const { name } = root
  return (scope) => {
    const value = lookupVariable(scope.variables, name)
    if (value === undefined) throw new PathNotFound(`No results for path: $['${name}']`)
    return value
  }
}

function readDefinite(root: Json, segments: readonly Segment[]): Json {
  let value = root
  for (let position = 0; position < segments.length; position++) {
    const segment = segments[position]!
    value =
      segment.kind === 'name'
        ? readName(value, segment.name, { segments, position })
        : readIndex(value, (segment as { index: number }).index, { segments, position })
  }
  return value
}

interface Place {
  readonly segments: readonly Segment[]
  readonly position: number
}

function readName(value: Json, name: string, place: Place): Json {
  if (isObject(value)) {
    if (Object.hasOwn(value, name)) return value[name]!
    const last = place.position === place.segments.length - 1
    throw new PathNotFound(
      last ? `No results for path: ${spell(place, 1)}` : `Missing property in path ${spell(place, 1)}`,
    )
  }
  throw new PathNotFound(
    `Expected to find an object with property ['${name}'] in path ${spell(place, 0)} but found '${javaType(value)}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.`,
  )
}

function readIndex(value: Json, index: number, place: Place): Json {
  if (!isArray(value)) {
    throw new PathNotFound(
      `Filter: [${index}] can only be applied to arrays. Current context is: ${JSON.stringify(value)}`,
    )
  }
  const item = value[index < 0 ? value.length + index : index]
  if (item === undefined) throw new PathNotFound(`Index out of bounds when evaluating path ${spell(place, 1)}`)
  return item
}

/** `$['a']['b'][0]`, up to and including the segment at `position` when `extra` is 1. */
function spell({ segments, position }: Place, extra: number): string {
  const parts = segments
    .slice(0, position + extra)
    .map((segment) => (segment.kind === 'name' ? `['${segment.name}']` : `[${(segment as { index: number }).index}]`))
  return `$${parts.join('')}`
}

function javaType(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'java.lang.String'
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'java.lang.Integer' : 'java.lang.Double'
  return 'com.fasterxml.jackson.databind.node.ArrayNode'
}

/** Indefinite paths: a list of hits that every segment maps to the next list. A definite start keeps failing as definite paths do. */
function readSegments(root: Json, segments: readonly Segment[]): Json {
  let hits: readonly Json[] = [root]
  let many = false
  segments.forEach((segment, position) => {
    if (segment.kind === 'call') {
      hits = [callPathFunction(segment.name, many ? hits : hits[0]!)]
      many = false
    } else if (!many && segment.kind === 'name') hits = [readName(hits[0]!, segment.name, { segments, position })]
    else if (!many && segment.kind === 'index') hits = [readIndex(hits[0]!, segment.index, { segments, position })]
    else if (segment.kind === 'names') hits = hits.filter(isObject).map((hit) => pick(hit, segment.names))
    else {
      hits = hits.flatMap((hit) => expand(hit, segment, root))
      many = true
    }
  })
  return many ? hits : hits[0]!
}

function pick(value: { readonly [key: string]: Json }, names: readonly string[]): Json {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(value, name)).map((name) => [name, value[name]!]))
}

type Expand = {
  readonly [K in Segment['kind']]: (value: Json, segment: Extract<Segment, { kind: K }>, root: Json) => readonly Json[]
}

/** Every kind of segment as a function from one value to its hits. */
const expansions: Expand = {
  name: (value, { name }) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]!] : []),
  names: (value, { names }) => (isObject(value) ? [pick(value, names)] : []),
  index: (value, { index }) => at(value, index),
  indices: (value, { indices }) => indices.flatMap((index) => at(value, index)),
  slice: (value, { start, end }) => (isArray(value) ? value.slice(start, end) : []),
  wildcard: (value) => children(value),
  filter: (value, { filter }, root) =>
    (isArray(value) ? value : [value]).filter((item) => matchesFilter(filter, { item, root, expand })),
  descend: (value, { next }, root) => descendants(value).flatMap((inner) => expand(inner, next, root)),
  call: (value, { name }) => [callPathFunction(name, value)],
}

/** The hits of one segment in one value; filters also see the root. */
function expand(value: Json, segment: Segment, root: Json): readonly Json[] {
  return (expansions[segment.kind] as (value: Json, segment: Segment, root: Json) => readonly Json[])(
    value,
    segment,
    root,
  )
}

function at(value: Json, index: number): readonly Json[] {
  const item = isArray(value) ? value[index < 0 ? value.length + index : index] : undefined
  return item === undefined ? [] : [item]
}

function children(value: Json): readonly Json[] {
  if (isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

function descendants(value: Json): readonly Json[] {
  return [value, ...children(value).flatMap(descendants)]
}
