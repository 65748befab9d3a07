import { objectField, refuse } from './fields.ts'
import { isJsonObject, type JsonObject } from './json-body.ts'

const MOST_BYTES = 16 * 1024
const DEEPEST = 8

/**
 * A client's free `params` as the table can keep them. Numbers become text, as the contract shows them anyway: DynamoDB's
 * numbers have fewer digits and the SDK refuses large ones. Too deep, too large and unnamed things are refused.
 */
export function storableParams(params: unknown, where = 'params', mostBytes = MOST_BYTES): JsonObject {
  if (params === undefined) return {}
  const given = objectField(params, where)
  const bytes = Buffer.byteLength(JSON.stringify(given))
  if (bytes > mostBytes) refuse(where, `has ${bytes} bytes`, `give at most ${mostBytes}`)
  return storable(given, where, 0) as JsonObject
}

function storable(value: unknown, where: string, depth: number): unknown {
  if (depth > DEEPEST) refuse(where, 'is nested too deep', `use at most ${DEEPEST} levels`)
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map((item, index) => storable(item, `${where}[${index}]`, depth + 1))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      if (name === '') refuse(where, 'has a field without a name', 'name it or leave it out')
      return [name, storable(field, `${where}.${name}`, depth + 1)]
    }),
  )
}
