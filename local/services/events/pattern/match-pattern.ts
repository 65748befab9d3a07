import { passesFilter, type Scalar } from './content-filters.ts'
import type { EventPattern, EventValue, Matcher } from './event-pattern.ts'

/** Whether an event matches a valid pattern: every field of the pattern must match, `$or` needs one of its patterns. */
export function matchesPattern(pattern: EventPattern, event: EventValue | undefined): boolean {
  // A pattern inside an array of objects must find everything it asks for in the same object.
  if (Array.isArray(event)) return event.some((item) => matchesPattern(pattern, item))
  const fields = isObject(event) ? event : {}
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or') return (wanted as EventPattern[]).some((alternative) => matchesPattern(alternative, fields))
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined
    return Array.isArray(wanted) ? matchesLeaf(wanted as Matcher[], value) : matchesPattern(wanted, value)
  })
}

function matchesLeaf(matchers: Matcher[], value: EventValue | undefined): boolean {
  const scalars = scalarsOf(value)
  return matchers.some((matcher) => {
    if (!isObject(matcher)) return scalars.includes(matcher as Scalar)
    const [[name, operand]] = Object.entries(matcher) as [[string, unknown]]
    if (name === 'exists') return operand === scalars.length > 0
    return scalars.some((scalar) => passesFilter(name, operand, scalar))
  })
}

/** What a leaf can match: a scalar, or the scalars of an array. An object is no leaf and matches nothing. */
function scalarsOf(value: EventValue | undefined): Scalar[] {
  if (value === undefined || isObject(value)) return []
  return Array.isArray(value) ? value.flatMap(scalarsOf) : [value]
}

function isObject(value: unknown): value is Record<string, EventValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
