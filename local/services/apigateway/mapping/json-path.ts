import { jsonpath } from 'json-p3'

/** `$`, `$.a.b`, `$.a[0]`, `$['a b']`: one place at most. */
const DEFINITE = /^\$(?:\.[\w-]+|\[\d+\]|\['[^']*'\]|\["[^"]*"\])*$/
const STEP = /\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g

/** What a JSONPath finds: a value for a definite path (undefined when it is not there), a list for any other. */
export function findJsonPath(document: unknown, path: string): unknown {
  const rooted = path.startsWith('$') ? path : `$.${path}`
  if (!DEFINITE.test(rooted)) return jsonpath.query(rooted, document as never).values()
  let found = document
  for (const [, name, index, single, double] of rooted.matchAll(STEP)) {
    const key = name ?? index ?? single ?? double ?? ''
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found
}
