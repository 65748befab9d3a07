import { NormalizedSchema } from '@smithy/core/schema'
import type { Json, JsonObject } from '../interpreter/contract.ts'

type Blobs = 'text' | 'base64'
/** A shape as the SDK's clients export it. */
export type SchemaSource = Parameters<typeof NormalizedSchema.of>[0]

/** The parameters name a member the service does not have. */
export class UnknownMemberError extends Error {
  override readonly name = 'UnknownMemberError'
}

/** Step Functions spells every member in PascalCase, also where the service begins with a small letter. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/**
 * Turns a task's parameters into the input of an SDK command: spelling of members, dates, bytes, and objects given where the
 * service takes a text (they become JSON text).
 */
export function toCommandInput(schema: SchemaSource, value: JsonObject, blobs: Blobs): Record<string, unknown> {
  return toMember(NormalizedSchema.of(schema), value, blobs) as Record<string, unknown>
}

function toMember(schema: NormalizedSchema, value: Json, blobs: Blobs): unknown {
  if (value === null) return undefined
  if (schema.isStructSchema()) return toStructure(schema, value, blobs)
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item: Json) => toMember(schema.getValueSchema(), item, blobs))
  if (schema.isMapSchema() && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toMember(schema.getValueSchema(), item, blobs)]),
    )
  if (schema.isTimestampSchema()) return new Date(typeof value === 'number' ? value * 1000 : String(value))
  if (schema.isBlobSchema()) return Buffer.from(asText(value), blobs === 'base64' ? 'base64' : 'utf8')
  if (schema.isStringSchema()) return asText(value)
  return value
}

function toStructure(schema: NormalizedSchema, value: Json, blobs: Blobs): unknown {
  if (!isObject(value)) return value
  const members = new Map([...schema.structIterator()].map(([name, member]) => [pascalCase(name), { name, member }]))
  const input: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const known = members.get(key)
    if (!known) throw new UnknownMemberError(`The field "${key}" is not supported by Step Functions`)
    input[known.name] = toMember(known.member, item, blobs)
  }
  return input
}

/** Turns the answer of an SDK command into the result of a task. */
export async function fromCommandOutput(schema: SchemaSource, value: unknown, blobs: Blobs): Promise<JsonObject> {
  const normalized = NormalizedSchema.of(schema)
  // The SDK's answer of an operation without output is about HTTP only.
  if (normalized.isUnitSchema()) return {}
  return (await fromMember(normalized, value, blobs)) as JsonObject
}

async function fromMember(schema: NormalizedSchema, value: unknown, blobs: Blobs): Promise<Json> {
  if (schema.isStructSchema()) return await fromStructure(schema, value as Record<string, unknown>, blobs)
  if (schema.isListSchema())
    return await Promise.all((value as unknown[]).map((item) => fromMember(schema.getValueSchema(), item, blobs)))
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as Record<string, unknown>).map(async ([key, item]) => [
      key,
      await fromMember(schema.getValueSchema(), item, blobs),
    ])
    return Object.fromEntries(await Promise.all(entries)) as JsonObject
  }
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (schema.isBlobSchema()) return await bytesToText(value, blobs)
  return (typeof value === 'bigint' ? Number(value) : value) as Json
}

async function fromStructure(
  schema: NormalizedSchema,
  value: Record<string, unknown>,
  blobs: Blobs,
): Promise<JsonObject> {
  const result: Record<string, Json> = {}
  for (const [name, member] of schema.structIterator())
    if (value[name] !== undefined && value[name] !== null)
      result[pascalCase(name)] = await fromMember(member, value[name], blobs)
  return result
}

interface ByteStream {
  transformToByteArray(): Promise<Uint8Array>
}

async function bytesToText(value: unknown, blobs: Blobs): Promise<string> {
  if (typeof value === 'string') return value
  const bytes = value instanceof Uint8Array ? value : await (value as ByteStream).transformToByteArray()
  return Buffer.from(bytes).toString(blobs === 'base64' ? 'base64' : 'utf8')
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
