import type { Json } from '../contract.ts'
import { compileParsedPath } from '../query/json-path.ts'
import { PathSyntaxError, parsePathPrefix } from '../query/json-path-parse.ts'
import type { Scope } from '../query/scope.ts'
import { skipSpace, type TextReader, take, takePattern } from '../query/text-reader.ts'
import { recoverFrom } from '../recover-from.ts'
import { ESCAPED_CLOSE, ESCAPED_OPEN } from './format.ts'
import { type IntrinsicFunction, intrinsicFunctions } from './intrinsic-functions.ts'

/** The text is no intrinsic function call. */
export class IntrinsicSyntaxError extends Error {
  override readonly name = 'IntrinsicSyntaxError'
}

type Compiled = (scope: Scope) => Json

const CALL = /States\.(\w+)\s*\(/y
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const WORDS: Readonly<Record<string, Json>> = { true: true, false: false, null: null }
const DEEPEST = 10

/** Does the text look like a call of an intrinsic function? */
export function isIntrinsic(text: string): boolean {
  return text.startsWith('States.')
}

/** Compiles `States.Format('{}', $.a)`. Throws IntrinsicSyntaxError for unknown functions, wrong argument counts and bad syntax. */
export function compileIntrinsic(text: string): Compiled {
  const reader: TextReader = { text, at: 0 }
  const compiled = parseCall(reader, 1)
  skipSpace(reader)
  if (reader.at < text.length) throw syntaxError(reader)
  return compiled
}

function parseCall(reader: TextReader, depth: number): Compiled {
  if (depth > DEEPEST)
    throw new IntrinsicSyntaxError(`The intrinsic function '${reader.text}' is nested more than ${DEEPEST} levels deep`)
  const name = takePattern(reader, CALL)?.[1]
  const definition =
    name !== undefined && Object.hasOwn(intrinsicFunctions, name) ? intrinsicFunctions[name] : undefined
  if (definition === undefined) throw syntaxError(reader)
  const args = parseArguments(reader, { depth, escapes: name === 'Format' ? TEMPLATE_ESCAPES : ESCAPES })
  checkCount(reader, definition, args.length)
  return (scope) =>
    definition.call(
      args.map((argument) => argument(scope)),
      scope.world,
    )
}

function checkCount(reader: TextReader, definition: IntrinsicFunction, count: number): void {
  const [least, most] = definition.arguments
  if (count < least || count > most) throw new IntrinsicSyntaxError(`Invalid number of arguments in '${reader.text}'`)
}

interface Place {
  readonly depth: number
  readonly escapes: Escapes
}

function parseArguments(reader: TextReader, place: Place): Compiled[] {
  const args: Compiled[] = []
  skipSpace(reader)
  if (take(reader, ')')) return args
  do {
    skipSpace(reader)
    args.push(parseArgument(reader, place))
    skipSpace(reader)
  } while (take(reader, ','))
  if (!take(reader, ')')) throw syntaxError(reader)
  return args
}

function parseArgument(reader: TextReader, { depth, escapes }: Place): Compiled {
  const next = reader.text[reader.at]
  if (next === "'") return constant(parseString(reader, escapes))
  if (next === '$') return parsePathArgument(reader)
  const number = takePattern(reader, NUMBER)
  if (number !== undefined) return constant(Number(number[0]))
  const word = takePattern(reader, WORD)
  if (word !== undefined) return constant(WORDS[word[0]]!)
  return parseCall(reader, depth + 1)
}

function constant(value: Json): Compiled {
  return () => value
}

function parsePathArgument(reader: TextReader): Compiled {
  const { path, end } = recoverFrom(
    PathSyntaxError,
    () => parsePathPrefix(reader.text, reader.at),
    ({ message }) => {
      throw new IntrinsicSyntaxError(message)
    },
  )
  const text = reader.text.slice(reader.at, end)
  reader.at = end
  return compileParsedPath(text, path).read
}

type Escapes = Readonly<Record<string, string>>

const ESCAPES: Escapes = { "'": "'", '\\': '\\', '{': '{', '}': '}' }
/** In the template of States.Format an escaped brace must not be mistaken for a place to fill. */
const TEMPLATE_ESCAPES: Escapes = { ...ESCAPES, '{': ESCAPED_OPEN, '}': ESCAPED_CLOSE }

function parseString(reader: TextReader, escapes: Escapes): string {
  let value = ''
  for (let at = reader.at + 1; at < reader.text.length; at++) {
    const character = reader.text[at]!
    if (character === "'") {
      reader.at = at + 1
      return value
    }
    if (character !== '\\') value += character
    else {
      at += 1
      value += escapes[reader.text[at] ?? ''] ?? fail(reader)
    }
  }
  throw syntaxError(reader)
}

function syntaxError(reader: TextReader): IntrinsicSyntaxError {
  return new IntrinsicSyntaxError(`Could not parse the intrinsic function '${reader.text}' at position ${reader.at}`)
}

function fail(reader: TextReader): never {
  throw syntaxError(reader)
}
