import type { Diagnostic, Json } from '../contract.ts'
import { compileIntrinsic, IntrinsicSyntaxError, isIntrinsic } from '../intrinsic/parse-intrinsic.ts'
import { isArray, isObject } from '../json.ts'
import { PathSyntaxError, parsePath } from '../query/json-path-parse.ts'
import { compileJsonata, JsonataSyntaxError, unwrapJsonata } from '../query/jsonata.ts'
import { parseTimestamp } from '../query/timestamp.ts'
import { recoverFrom } from '../recover-from.ts'
import { schemaError } from './finding.ts'
import { below, elementOf, type Place } from './place.ts'

/** Looks at one value of a definition and says what is wrong with it. */
export type Check = (value: Json, place: Place) => readonly Diagnostic[]

const fine: readonly Diagnostic[] = []

function unless(good: boolean, message: string, { location }: Place): readonly Diagnostic[] {
  return good ? fine : [schemaError(message, location)]
}

export const isText: Check = (value, place) => unless(typeof value === 'string', 'Expected value of type String', place)
export const isBoolean: Check = (value, place) =>
  unless(typeof value === 'boolean', 'Expected value of type Boolean', place)
export const isArrayValue: Check = (value, place) => unless(isArray(value), 'Expected value of type Array', place)
export const isObjectValue: Check = (value, place) => unless(isObject(value), 'Expected value of type Object', place)
export const anything: Check = () => fine

export function oneOf(...choices: readonly string[]): Check {
  return (value, place) =>
    unless(typeof value === 'string' && choices.includes(value), `Value is not one of [${choices.join(', ')}]`, place)
}

export interface Range {
  readonly least: number
  readonly most?: number
  readonly integer?: boolean
}

/** A number written out; in JSONata fields an expression will do as well. */
export function isNumber({ least, most = Number.POSITIVE_INFINITY, integer = true }: Range): Check {
  const name = integer ? 'Integer' : 'Float'
  return (value, place) => {
    if (typeof value === 'string' && place.language === 'JSONata') return isJsonata(value, place)
    if (typeof value !== 'number' || (integer && !Number.isInteger(value)))
      return [schemaError(`Expected value of type ${name}`, place.location)]
    return unless(
      value >= least && value <= most,
      `Value must be ${most === Number.POSITIVE_INFINITY ? `at least ${least}` : `between ${least} and ${most}`}`,
      place,
    )
  }
}

/** A number that JSONata may not stand in for, as in Retry. */
export function isPlainNumber(range: Range): Check {
  const check = isNumber(range)
  return (value, place) => check(value, { ...place, language: 'JSONPath' })
}

/** `{% … %}` with an expression the engine can parse. */
export const isJsonata: Check = (value, place) => {
  const text = typeof value === 'string' ? unwrapJsonata(value) : undefined
  if (text === undefined) return [schemaError('Value must be a valid JSONata expression', place.location)]
  return recoverFrom<JsonataSyntaxError, readonly Diagnostic[]>(
    JsonataSyntaxError,
    () => {
      compileJsonata(text)
      return fine
    },
    ({ message }) => [schemaError(`Invalid JSONata expression: ${message}`, place.location)],
  )
}

/** Text; in JSONata fields an expression inside it must be one. */
export const isTextOrJsonata: Check = (value, place) => {
  if (typeof value === 'string' && place.language === 'JSONata' && unwrapJsonata(value) !== undefined)
    return isJsonata(value, place)
  return isText(value, place)
}

export const isTimestamp: Check = (value, place) => {
  if (place.language === 'JSONata' && typeof value === 'string' && unwrapJsonata(value) !== undefined)
    return isJsonata(value, place)
  return unless(
    typeof value === 'string' && parseTimestamp(value) !== undefined,
    'String does not match RFC3339 timestamp',
    place,
  )
}

function isReadable(kind: new (message: string) => Error, parse: () => unknown): boolean {
  return recoverFrom(
    kind,
    () => {
      parse()
      return true
    },
    () => false,
  )
}

function isReadablePath(value: Json): value is string {
  return typeof value === 'string' && isReadable(PathSyntaxError, () => parsePath(value))
}

function isReadableReference(value: Json): boolean {
  if (typeof value !== 'string' || !isIntrinsic(value)) return isReadablePath(value)
  return isReadable(IntrinsicSyntaxError, () => compileIntrinsic(value))
}

/** A JSONPath. */
export const isPath: Check = (value, place) => unless(isReadablePath(value), 'Value is not a valid JSONPath', place)

/** A JSONPath, or null to discard. */
export const isPathOrNull: Check = (value, place) => (value === null ? fine : isPath(value, place))

/** A path to one place: names and single indices. */
export const isReferencePath: Check = (value, place) => {
  const findings = isPath(value, place)
  if (findings.length > 0) return findings
  const single = parsePath(value as string).segments.every(({ kind }) => kind === 'name' || kind === 'index')
  return unless(single, 'Value is not a valid Reference Path', place)
}

export const isReferencePathOrNull: Check = (value, place) => (value === null ? fine : isReferencePath(value, place))

/** A JSONPath or an intrinsic function. */
export const isPathOrIntrinsic: Check = (value, place) => {
  return unless(
    isReadableReference(value),
    'The value must be a valid JSONPath or a valid intrinsic function call',
    place,
  )
}

/** JSON with expressions in it, in the language of the state. */
export const isTemplate: Check = (value, place) =>
  place.language === 'JSONata' ? checkJsonataTemplate(value, place) : checkPayload(value, place)

function checkJsonataTemplate(value: Json, place: Place): readonly Diagnostic[] {
  if (typeof value === 'string') return unwrapJsonata(value) === undefined ? fine : isJsonata(value, place)
  if (isArray(value)) return value.flatMap((item, index) => checkJsonataTemplate(item, elementOf(place, index)))
  return isObject(value)
    ? Object.entries(value).flatMap(([key, item]) => checkJsonataTemplate(item, below(place, key)))
    : fine
}

function checkPayload(value: Json, place: Place): readonly Diagnostic[] {
  if (isArray(value)) return value.flatMap((item, index) => checkPayload(item, elementOf(place, index)))
  if (!isObject(value)) return fine
  return Object.entries(value).flatMap(([key, item]) =>
    key.endsWith('.$') ? checkReference(key, item, place) : checkPayload(item, below(place, key)),
  )
}

/** AWS points at the object and names the key in its message. */
function checkReference(key: string, value: Json, place: Place): readonly Diagnostic[] {
  return unless(
    isReadableReference(value),
    `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
    place,
  )
}

/** A template that must be an object, such as Assign. */
export const isObjectTemplate: Check = (value, place) =>
  isObject(value) ? isTemplate(value, place) : isObjectValue(value, place)
