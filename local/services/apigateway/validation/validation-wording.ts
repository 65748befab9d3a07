import type { ErrorObject } from 'ajv-draft-04'
import { describeField } from './describe-field.ts'

const json = JSON.stringify
/** Java's `String.length()` counts UTF-16 units, this validator counts characters, as ajv does. */
const lengthOf = (value: unknown): number => [...String(value)].length
const sorted = (names: readonly unknown[]): string => json([...names].map(String).sort())
const fieldCount = (value: unknown): number => Object.keys(value as object).length
const itemCount = (value: unknown): number => (value as unknown[]).length

type Wording = (error: ErrorObject, together: readonly ErrorObject[]) => string

const missing: Wording = (_, together) => sorted(together.map(({ params }) => params.missingProperty))
const unwanted: Wording = (_, together) => sorted(together.map(({ params }) => params.additionalProperty))

/** The sentences of the Java validator behind API Gateway, by the keyword of JSON Schema that was violated. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  additionalItems: ({ schema, data }) =>
    `array is not allowed to have additional elements (${json(schema)}, found: ${itemCount(data)})`,
  additionalProperties: (error, together) =>
    `object instance has properties which are not allowed by the schema: ${unwanted(error, together)}`,
  anyOf: ({ schema }) => `instance failed to match at least one required schema among ${itemCount(schema)}`,
  dependencies: ({ params }) =>
    `property "${params.property}" of object has missing property dependencies (schema requires ${json(String(params.deps).split(', '))}; missing: ${json([params.missingProperty])})`,
  enum: ({ data, schema }) => `instance value (${json(data)}) not found in enum (possible values: ${json(schema)})`,
  format: ({ data, schema }) => `string ${json(data)} is invalid against requested format ${json(schema)}`,
  maxItems: ({ schema, data }) =>
    `array is too long: must have at most ${schema} elements but instance has ${itemCount(data)} elements`,
  maxLength: ({ schema, data }) =>
    `string ${quoted(data)} is too long (length: ${lengthOf(data)}, maximum allowed: ${schema})`,
  maxProperties: ({ schema, data }) =>
    `object has too many properties (found ${fieldCount(data)} but schema requires at most ${schema})`,
  maximum: (error) =>
    isExclusive(error)
      ? `numeric instance is not strictly lower than the required maximum ${error.schema}`
      : `numeric instance is greater than the required maximum (maximum: ${error.schema}, found: ${error.data})`,
  minItems: ({ schema, data }) =>
    `array is too short: must have at least ${schema} elements but instance has ${itemCount(data)} elements`,
  minLength: ({ schema, data }) =>
    `string ${quoted(data)} is too short (length: ${lengthOf(data)}, required minimum: ${schema})`,
  minProperties: ({ schema, data }) =>
    `object has too few properties (found ${fieldCount(data)} but schema requires at least ${schema})`,
  minimum: (error) =>
    isExclusive(error)
      ? `numeric instance is not strictly greater than the required minimum ${error.schema}`
      : `numeric instance is lower than the required minimum (minimum: ${error.schema}, found: ${error.data})`,
  multipleOf: ({ schema, data }) => `remainder of division is not zero (${data} / ${schema})`,
  not: () => 'instance matched a schema which it should not have matched',
  oneOf: ({ schema, params }) =>
    `instance failed to match exactly one schema (matched ${toList(params.passingSchemas ?? []).length} out of ${itemCount(schema)})`,
  pattern: ({ data, schema }) => `ECMA 262 regex "${schema}" does not match input string "${data}"`,
  required: (error, together) => `object has missing required properties (${missing(error, together)})`,
  type: ({ data, schema }) =>
    `instance type (${typeOf(data)}) does not match any allowed primitive type (allowed: ${sorted(allowedTypes(schema))})`,
  uniqueItems: () => 'array must not contain duplicate elements',
}

/** Keywords that the Java validator reports once for all the names concerned. */
const REPORTED_TOGETHER = new Set(['required', 'additionalProperties'])

/**
 * ajv's errors as API Gateway's `$context.error.validationErrorString`: `[<message>, <message>]`. Why a branch of anyOf or oneOf did
 * not fit is left out, as on AWS.
 */
export function wordValidationErrors(errors: readonly ErrorObject[]): string {
  const reported = errors.filter(({ schemaPath }) => !/\/(?:anyOf|oneOf|not)\//.test(schemaPath))
  const groups = new Map<string, ErrorObject[]>()
  for (const [index, error] of reported.entries()) {
    const key = REPORTED_TOGETHER.has(error.keyword) ? `${error.instancePath} ${error.schemaPath}` : String(index)
    groups.set(key, [...(groups.get(key) ?? []), error])
  }
  return `[${[...groups.values()].map(wordGroup).join(', ')}]`
}

function wordGroup(group: readonly ErrorObject[]): string {
  const error = group[0]!
  const wording = WORDINGS[error.keyword]
  return describeField(error.instancePath) + (wording ? wording(error, group) : (error.message ?? error.keyword))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** Every integer is a number, so the Java validator lists both where numbers are allowed. */
function allowedTypes(schema: unknown): string[] {
  const types = toList(schema).map(String)
  return [...new Set(types.flatMap((type) => (type === 'number' ? ['integer', 'number'] : [type])))]
}

function isExclusive({ params }: ErrorObject): boolean {
  return params.comparison === '<' || params.comparison === '>'
}

function toList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function quoted(value: unknown): string {
  return `"${value}"`
}
