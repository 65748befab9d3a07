import { objectField, refuse } from '../../shared/http/fields.ts'
import { isJsonObject, type JsonObject } from '../../shared/http/json-body.ts'

const MOST_BYTES = 16 * 1024
const DEEPEST = 8

/**
 * A client's free `params` as the table can keep them. Numbers become text, as the contract shows them anyway: DynamoDB's
 * numbers have fewer digits and the SDK refuses large ones. Too deep, too large and unnamed things are refused.
 */
export function storableParams(params: unknown): JsonObject {
  if (params === undefined) return {}
  const given = objectField(params, 'params')
  const bytes = Buffer.byteLength(JSON.stringify(given))
  if (bytes > MOST_BYTES) refuse('params', `has ${bytes} bytes`, `give at most ${MOST_BYTES}`)
  return storable(given, 'params', 0) as JsonObject
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
