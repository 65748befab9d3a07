import type { Json, JsonObject } from './contract.ts'

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

/** Deep equality of JSON values; key order does not count. */
export function jsonEqual(left: Json, right: Json): boolean {
  if (left === right) return true
  if (isArray(left))
    return isArray(right) && left.length === right.length && left.every((item, index) => jsonEqual(item, right[index]!))
  if (!isObject(left) || !isObject(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && jsonEqual(left[key]!, right[key]!))
  )
}

/** Sets a property even when it is called `__proto__`. */
export function setProperty(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}
