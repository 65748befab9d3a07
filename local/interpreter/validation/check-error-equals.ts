import type { Diagnostic, Json, JsonObject } from '../contract.ts'
import { StatesErrors } from '../error/state-error.ts'
import { isArray, isObject } from '../json.ts'
import { checkFields, type Shape } from './check-fields.ts'
import type { Check } from './check-value.ts'
import { schemaError } from './finding.ts'
import { below, elementOf, type Place } from './place.ts'

/** ErrorEquals: a list of names that is not empty, with `States.ALL` alone. */
export const checkErrorEquals: Check = (value, place) => {
  if (!isArray(value) || !value.every((name) => typeof name === 'string'))
    return [schemaError('Expected value of type Array', place.location)]
  if (value.length === 0) return [schemaError('Array must not be empty', place.location)]
  const known = new Set<string>(Object.values(StatesErrors))
  const unknown = value.filter(
    (name) => (name as string).startsWith('States.') && !known.has(name as string) && !RESERVED.has(name as string),
  )
  if (unknown.length > 0) return [schemaError(`Unknown reserved error name ${unknown.join(', ')}`, place.location)]
  return value.length > 1 && value.includes(StatesErrors.all)
    ? [schemaError('States.ALL must appear alone', place.location)]
    : []
}

/** Reserved names that executions here never raise by themselves. */
const RESERVED: ReadonlySet<string> = new Set(['States.Permissions', 'States.Http.Socket'])

/** A list of retriers or catchers of one shape, `States.ALL` in the last only. */
export function checkHandlers(value: Json, shape: Shape, place: Place): readonly Diagnostic[] {
  if (!isArray(value)) return [schemaError('Expected value of type Array', place.location)]
  return value.flatMap((handler, index) => {
    const here = elementOf(place, index)
    if (!isObject(handler)) return [schemaError('Expected value of type Object', here.location)]
    return [...checkFields(handler, shape, here), ...checkLast(handler, here, index === value.length - 1)]
  })
}

function checkLast({ ErrorEquals }: JsonObject, place: Place, last: boolean): readonly Diagnostic[] {
  if (last || !isArray(ErrorEquals) || !ErrorEquals.includes(StatesErrors.all)) return []
  return [schemaError('States.ALL must be in the last element', below(place, 'ErrorEquals').location)]
}
