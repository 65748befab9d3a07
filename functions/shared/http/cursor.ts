import { InvalidRequestError } from '../errors.ts'
import { isJsonObject } from './json-body.ts'

/** A DynamoDB key as text that clients pass back and do not look into. */
export function encodeCursor(key: Record<string, unknown> | undefined): string | null {
  return key === undefined ? null : Buffer.from(JSON.stringify(key)).toString('base64url')
}

/**
 * The key that a cursor stands for. It must have exactly the attributes in `attributes`, all strings, and those in
 * `fixed` must have the given value; anything else did not come from us and is refused naming `where`.
 */
export function decodeCursor(
  text: string,
  where: string,
  { attributes, fixed = {} }: { attributes: readonly string[]; fixed?: Record<string, string> },
): Record<string, string> {
  const key = parseKey(text)
  const known = key !== undefined && sameNames(Object.keys(key), attributes)
  const fits = known && Object.entries(key).every(([name, value]) => isText(value) && (fixed[name] ?? value) === value)
  if (fits) return key as Record<string, string>
  throw new InvalidRequestError(`${where} is not a cursor of this list: pass last_evaluated_key of the page before`)
}

function parseKey(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function sameNames(names: string[], expected: readonly string[]): boolean {
  return names.length === expected.length && expected.every((name) => names.includes(name))
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
