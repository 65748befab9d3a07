import { InvalidRequestError } from '../errors.ts'
import type { ApiRequest } from './api-request.ts'

/** A query parameter given at most once; undefined when absent or empty. */
export function queryText(request: ApiRequest, name: string): string | undefined {
  return queryTexts(request, name).at(-1)
}

/** Every value of a repeatable query parameter, `a=1&a=2`, empty ones dropped. */
export function queryTexts(request: ApiRequest, name: string): string[] {
  const single = request.queryStringParameters?.[name]
  const values = request.multiValueQueryStringParameters?.[name] ?? (single === undefined ? [] : [single])
  return values.filter((value) => value !== '')
}

/** A whole number in a query, from `min` to `max`; undefined when absent. */
export function queryInteger(
  request: ApiRequest,
  name: string,
  { min, max }: { min: number; max: number },
): number | undefined {
  const text = queryText(request, name)
  if (text === undefined) return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new InvalidRequestError(`Query ${name} is "${text.slice(0, 40)}": give a whole number from ${min} to ${max}`)
}

/** Repeatable query parameter whose values come from a fixed list. */
export function queryChoices<Choice extends string>(
  request: ApiRequest,
  name: string,
  choices: readonly Choice[],
): Choice[] {
  return queryTexts(request, name).map((value) => {
    if (choices.includes(value as Choice)) return value as Choice
    throw new InvalidRequestError(`Query ${name} is "${value.slice(0, 40)}": give ${choices.join(', ')}`)
  })
}
