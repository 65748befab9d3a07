import type { Json } from '../contract.ts'
import { recoverFrom } from '../recover-from.ts'
import { skipSpace, type TextReader, take, takePattern, takeToken } from './text-reader.ts'

/**
 * AWS evaluates JSONPath with Jayway's library, whose paths differ from RFC 9535 where it matters here: `$x.y` starts at a variable and `$$` at the context
 * object, a definite path answers its value or fails with Jayway's words, `.length()` and its siblings are part of the path, filters know `in` and `=~`.
 * A library for the standard would need all of it adapted, so the grammar is parsed here.
 */

export type PathRoot =
  | { readonly kind: 'data' }
  | { readonly kind: 'context' }
  | { readonly kind: 'variable'; readonly name: string }

export type Segment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'indices'; readonly indices: readonly number[] }
  | { readonly kind: 'slice'; readonly start: number | undefined; readonly end: number | undefined }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend'; readonly next: Segment }
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'call'; readonly name: string }

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'exists'; readonly operand: Operand }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Operand; readonly right: Operand }

export type Operand =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'path'; readonly fromItem: boolean; readonly segments: readonly Segment[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }

export interface ParsedPath {
  readonly root: PathRoot
  readonly segments: readonly Segment[]
}

/** The text is no JSONPath. */
export class PathSyntaxError extends Error {
  override readonly name = 'PathSyntaxError'
}

const NAME = /[^.[\]()\s,'"=<>!&|~?@$*:+/-][^.[\]()\s,'"=<>!&|~?]*|[-+/:$*@][^.[\]()\s,'"=<>!&|~?]+/y
const VARIABLE = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const OPERATOR = /===?|!==?|<=|>=|<|>|=~|(?:in|nin|subsetof|anyof|noneof|size|empty|contains)\b/y
const FUNCTIONS = new Set(['length', 'size', 'min', 'max', 'avg', 'sum', 'stddev', 'first', 'last', 'keys'])

/** Parses a path that starts with `$`, `$$` or `$name`. Throws PathSyntaxError. */
export function parsePath(text: string): ParsedPath {
  const reader: TextReader = { text, at: 0 }
  const root = parseRoot(reader)
  const segments = parseSegments(reader)
  if (reader.at < text.length) throw syntaxError(reader)
  return { root, segments }
}

/** Reads as much of a path as there is from `at`; used inside intrinsic functions. */
export function parsePathPrefix(text: string, at: number): { path: ParsedPath; end: number } {
  const reader: TextReader = { text, at }
  const root = parseRoot(reader)
  const segments = parseSegments(reader)
  return { path: { root, segments }, end: reader.at }
}

function parseRoot(reader: TextReader): PathRoot {
  if (!take(reader, '$')) throw syntaxError(reader)
  if (take(reader, '$')) return { kind: 'context' }
  const name = takePattern(reader, VARIABLE)?.[0]
  return name === undefined ? { kind: 'data' } : { kind: 'variable', name }
}

function parseSegments(reader: TextReader): Segment[] {
  const segments: Segment[] = []
  for (;;) {
    const next = reader.text[reader.at]
    if (next === '.' && reader.text[reader.at + 1] === '.') {
      reader.at += 2
      segments.push({
        kind: 'descend',
        next: reader.text[reader.at] === '[' ? parseBracket(reader) : parseDotted(reader),
      })
    } else if (next === '.') {
      reader.at += 1
      segments.push(reader.text[reader.at] === '[' ? parseBracket(reader) : parseDotted(reader))
    } else if (next === '[') segments.push(parseBracket(reader))
    else return segments
  }
}

function parseDotted(reader: TextReader): Segment {
  if (take(reader, '*')) return { kind: 'wildcard' }
  const name = takePattern(reader, NAME)?.[0]
  if (name === undefined) throw syntaxError(reader)
  if (FUNCTIONS.has(name) && reader.text.startsWith('()', reader.at)) {
    reader.at += 2
    return { kind: 'call', name }
  }
  return { kind: 'name', name }
}

function parseBracket(reader: TextReader): Segment {
  take(reader, '[')
  skipSpace(reader)
  const segment = parseBracketContent(reader)
  skipSpace(reader)
  if (!take(reader, ']')) throw syntaxError(reader)
  return segment
}

function parseBracketContent(reader: TextReader): Segment {
  const next = reader.text[reader.at]
  if (take(reader, '*')) return { kind: 'wildcard' }
  if (next === '?') return parseFilterSegment(reader)
  if (next === "'" || next === '"') {
    const names = parseList(reader, parseString)
    return names.length === 1 ? { kind: 'name', name: names[0]! } : { kind: 'names', names }
  }
  return parseIndices(reader)
}

function parseIndices(reader: TextReader): Segment {
  const first = takePattern(reader, NUMBER)?.[0]
  skipSpace(reader)
  if (take(reader, ':')) {
    skipSpace(reader)
    const end = takePattern(reader, NUMBER)?.[0]
    return {
      kind: 'slice',
      start: first === undefined ? undefined : Number(first),
      end: end === undefined ? undefined : Number(end),
    }
  }
  if (first === undefined) throw syntaxError(reader)
  if (reader.text[reader.at] !== ',') return { kind: 'index', index: Number(first) }
  take(reader, ',')
  const rest = parseList(reader, (inner) => Number(takePattern(inner, NUMBER)?.[0] ?? fail(inner)))
  return { kind: 'indices', indices: [Number(first), ...rest] }
}

function parseList<T>(reader: TextReader, parseItem: (reader: TextReader) => T): T[] {
  const items: T[] = []
  do {
    skipSpace(reader)
    items.push(parseItem(reader))
    skipSpace(reader)
  } while (take(reader, ','))
  return items
}

function parseFilterSegment(reader: TextReader): Segment {
  take(reader, '?')
  skipSpace(reader)
  if (!take(reader, '(')) throw syntaxError(reader)
  const filter = parseOr(reader)
  skipSpace(reader)
  if (!take(reader, ')')) throw syntaxError(reader)
  return { kind: 'filter', filter }
}

function parseOr(reader: TextReader): Filter {
  let left = parseAnd(reader)
  while (takeToken(reader, '||')) left = { kind: 'or', left, right: parseAnd(reader) }
  return left
}

function parseAnd(reader: TextReader): Filter {
  let left = parseUnary(reader)
  while (takeToken(reader, '&&')) left = { kind: 'and', left, right: parseUnary(reader) }
  return left
}

function parseUnary(reader: TextReader): Filter {
  if (takeToken(reader, '!')) return { kind: 'not', filter: parseUnary(reader) }
  if (takeToken(reader, '(')) {
    const inner = parseOr(reader)
    if (!takeToken(reader, ')')) throw syntaxError(reader)
    return inner
  }
  const left = parseOperand(reader)
  skipSpace(reader)
  const operator = takePattern(reader, OPERATOR)?.[0]
  if (operator === undefined) return { kind: 'exists', operand: left }
  return { kind: 'compare', operator, left, right: parseOperand(reader) }
}

function parseOperand(reader: TextReader): Operand {
  skipSpace(reader)
  const next = reader.text[reader.at] ?? ''
  if (next === '@' || next === '$') {
    reader.at += 1
    return { kind: 'path', fromItem: next === '@', segments: parseSegments(reader) }
  }
  if (next === '/') return parsePattern(reader)
  if (next === '[') {
    take(reader, '[')
    const value = reader.text[reader.at] === ']' ? [] : parseList(reader, parseLiteral)
    if (!takeToken(reader, ']')) throw syntaxError(reader)
    return { kind: 'literal', value }
  }
  return { kind: 'literal', value: parseLiteral(reader) }
}

const WORDS: Readonly<Record<string, Json>> = { true: true, false: false, null: null }

function parseLiteral(reader: TextReader): Json {
  const next = reader.text[reader.at]
  if (next === "'" || next === '"') return parseString(reader)
  const number = takePattern(reader, NUMBER)?.[0]
  if (number !== undefined) return Number(number)
  for (const [word, value] of Object.entries(WORDS)) if (take(reader, word)) return value
  throw syntaxError(reader)
}

function parsePattern(reader: TextReader): Operand {
  const end = reader.text.indexOf('/', reader.at + 1)
  if (end < 0) throw syntaxError(reader)
  const source = reader.text.slice(reader.at + 1, end)
  reader.at = end + 1
  const flags = take(reader, 'i') ? 'i' : ''
  const pattern = recoverFrom(
    SyntaxError,
    () => new RegExp(`^(?:${source})$`, flags),
    () => fail(reader),
  )
  return { kind: 'pattern', pattern }
}

function parseString(reader: TextReader): string {
  const quote = reader.text[reader.at]
  if (quote !== "'" && quote !== '"') throw syntaxError(reader)
  let value = ''
  for (let at = reader.at + 1; at < reader.text.length; at++) {
    const character = reader.text[at]!
    if (character === quote) {
      reader.at = at + 1
      return value
    }
    const escaped = character === '\\' && (reader.text[at + 1] === quote || reader.text[at + 1] === '\\')
    if (escaped) at += 1
    value += reader.text[at]
  }
  throw syntaxError(reader)
}

function syntaxError(reader: TextReader): PathSyntaxError {
  return new PathSyntaxError(`Could not parse the path '${reader.text}' at position ${reader.at}`)
}

function fail(reader: TextReader): never {
  throw syntaxError(reader)
}
