import type { Json } from '../contract.ts'
import { StateError, StatesErrors } from '../error/state-error.ts'
import { isArray, isObject, setProperty } from '../json.ts'
import { PathSyntaxError, parsePath } from './json-path-parse.ts'

/** Puts a value into a copy of a document. */
export type Insert = (document: Json, value: Json) => Json

/** ResultPath: `$` replaces the document, `$.a.b` sets a place in it and makes objects on the way. Throws PathSyntaxError for anything but a reference path. */
export function compileReferencePath(text: string): Insert {
  const { root, segments } = parsePath(text)
  const steps = segments.map((segment) => {
    if (segment.kind === 'name') return segment.name
    if (segment.kind === 'index') return segment.index
    throw new PathSyntaxError(`The reference path '${text}' must identify a single place`)
  })
  if (root.kind !== 'data') throw new PathSyntaxError(`The reference path '${text}' must start with '$.'`)
  return (document, value) => insert(document, value, { steps, text, position: 0 })
}

interface Place {
  readonly steps: readonly (string | number)[]
  readonly text: string
  readonly position: number
}

function insert(document: Json | undefined, value: Json, place: Place): Json {
  const step = place.steps[place.position]
  if (step === undefined) return value
  const next = { ...place, position: place.position + 1 }
  if (typeof step === 'string') {
    const copy: Record<string, Json> = document === undefined ? {} : { ...objectOf(document, place.text) }
    setProperty(copy, step, insert(Object.hasOwn(copy, step) ? copy[step] : undefined, value, next))
    return copy
  }
  const items = [...arrayOf(document, step, place.text)]
  items[step] = insert(items[step], value, next)
  return items
}

function objectOf(document: Json, text: string): { readonly [key: string]: Json } {
  if (isObject(document)) return document
  throw mismatch(document, text)
}

function arrayOf(document: Json | undefined, index: number, text: string): readonly Json[] {
  if (isArray(document) && index >= 0 && index <= document.length) return document
  throw mismatch(document ?? null, text)
}

function mismatch(document: Json, text: string): StateError {
  return new StateError({
    error: StatesErrors.resultPathMatchFailure,
    cause: `Unable to apply ReferencePath ${text} to input ${JSON.stringify(document)}`,
    inState: true,
  })
}
