import { InvalidRequestError } from '../errors.ts'
import { isJsonObject, type JsonObject } from './json-body.ts'

/** Readers of one field of a JSON body. `where` is the field's path as the client would write it; every refusal names it and the fix. */

/** Refuses the field. */
export function refuse(where: string, problem: string, fix: string): never {
  throw new InvalidRequestError(`${where} ${problem}: ${fix}`)
}

/** A string of `min` to `max` characters. */
export function textField(value: unknown, where: string, { min = 1, max = 1024 } = {}): string {
  if (value === undefined) refuse(where, 'is missing', `give a string of ${min} to ${max} characters`)
  if (typeof value !== 'string') refuse(where, `is ${kindOf(value)}`, 'give a string')
  if (value.length < min || value.length > max) {
    refuse(where, `has ${value.length} characters`, `give ${min} to ${max}`)
  }
  return value
}

/** One of the listed strings. */
export function choiceField<Choice extends string>(value: unknown, where: string, choices: readonly Choice[]): Choice {
  const allowed = `give one of ${choices.join(', ')}`
  if (value === undefined) refuse(where, 'is missing', allowed)
  if (!choices.includes(value as Choice)) refuse(where, `is ${describe(value)}`, allowed)
  return value as Choice
}

/** A whole number from `min` to `max`. */
export function integerField(value: unknown, where: string, { min, max }: { min: number; max: number }): number {
  const fix = `give a whole number from ${min} to ${max}`
  if (value === undefined) refuse(where, 'is missing', fix)
  if (!Number.isInteger(value)) refuse(where, `is ${describe(value)}`, fix)
  if ((value as number) < min || (value as number) > max) refuse(where, `is ${value}`, fix)
  return value as number
}

/** A number from `min` to `max`. */
export function numberField(value: unknown, where: string, { min, max }: { min: number; max: number }): number {
  const fix = `give a number from ${min} to ${max}`
  if (value === undefined) refuse(where, 'is missing', fix)
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(where, `is ${describe(value)}`, fix)
  if (value < min || value > max) refuse(where, `is ${value}`, fix)
  return value
}

/** True or false. */
export function flagField(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  return refuse(where, value === undefined ? 'is missing' : `is ${describe(value)}`, 'give true or false')
}

/** A list of `min` to `max` items. */
export function listField(value: unknown, where: string, { min, max }: { min: number; max: number }): unknown[] {
  const fix = `give a list of ${min} to ${max} items`
  if (value === undefined) refuse(where, 'is missing', fix)
  if (!Array.isArray(value)) refuse(where, `is ${kindOf(value)}`, fix)
  if (value.length < min || value.length > max) refuse(where, `has ${value.length} items`, fix)
  return value
}

/** An object with named fields. */
export function objectField(value: unknown, where: string): JsonObject {
  if (value === undefined) refuse(where, 'is missing', 'give an object {…}')
  if (!isJsonObject(value)) refuse(where, `is ${kindOf(value)}`, 'give an object {…}')
  return value
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`
  return typeof value === 'number' ? String(value) : kindOf(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`.replace('a object', 'an object')
}
