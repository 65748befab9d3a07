import type { Json } from '../contract.ts'
import { isArray, isObject } from '../json.ts'

function numbers(value: Json): number[] {
  return isArray(value) ? value.filter((item): item is number => typeof item === 'number') : []
}

function sum(value: Json): number {
  return numbers(value).reduce((total, item) => total + item, 0)
}

function average(value: Json): number {
  return sum(value) / numbers(value).length
}

function length(value: Json): Json {
  if (isArray(value) || typeof value === 'string') return value.length
  return isObject(value) ? Object.keys(value).length : null
}

const functions: Readonly<Record<string, (value: Json) => Json>> = {
  length,
  size: length,
  min: (value) => Math.min(...numbers(value)),
  max: (value) => Math.max(...numbers(value)),
  sum,
  avg: average,
  stddev: (value) => {
    const mean = average(value)
    return Math.sqrt(average(numbers(value).map((item) => (item - mean) ** 2)))
  },
  first: (value) => (isArray(value) ? (value[0] ?? null) : null),
  last: (value) => (isArray(value) ? (value.at(-1) ?? null) : null),
  keys: (value) => (isObject(value) ? Object.keys(value) : []),
}

/** Jayway's functions at the end of a path, such as `$.items.length()`. The parser lets known names through only. */
export function callPathFunction(name: string, value: Json): Json {
  return functions[name]!(value)
}
