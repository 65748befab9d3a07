import { refuse } from './container-error.ts'

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether the value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Readers of payload fields as A1111 takes them: null and missing mean the default; `1.0` and "1" are whole numbers too. */

/** A text; lists and numbers are refused. */
export function textField(fields: Fields, name: string, fallback: string): string {
  const value = fields[name] ?? fallback
  return typeof value === 'string' ? value : refuse(name, `is ${JSON.stringify(value)}; give a string`)
}

interface Range {
  readonly fallback: number
  readonly min: number
  readonly max: number
}

/** A number within bounds. */
export function numberField(fields: Fields, name: string, { fallback, min, max }: Range): number {
  const given = fields[name] ?? fallback
  const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(name, `is ${JSON.stringify(given)}; give a number`)
  if (value < min || value > max) refuse(name, `is ${value}; give a number from ${min} to ${max}`)
  return value
}

/** A whole number within bounds. */
export function wholeField(fields: Fields, name: string, range: Range): number {
  const value = numberField(fields, name, range)
  return Number.isInteger(value) ? value : refuse(name, `is ${value}; give a whole number`)
}
