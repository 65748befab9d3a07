import { InvalidRequestError } from '../../shared/errors.ts'
import { integerField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'

/** The body of `PATCH /endpoints/{name}`. */
export interface UpdateEndpoint {
  instanceType?: string
  instanceCount?: number
  minInstances?: number
  maxInstances?: number
}

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/

/** Our name of each count in the body, and the least it may be. */
const COUNTS = {
  instance_count: { field: 'instanceCount', min: 1 },
  min_instance_number: { field: 'minInstances', min: 0 },
  max_instance_number: { field: 'maxInstances', min: 1 },
} as const

/** Reads the body; every refusal names the field and the fix. */
export function readUpdateEndpoint(body: JsonObject, maxInstances: number): UpdateEndpoint {
  const wish: UpdateEndpoint = body.instance_type === undefined ? {} : { instanceType: readType(body.instance_type) }
  for (const [where, { field, min }] of Object.entries(COUNTS)) {
    if (body[where] !== undefined) wish[field] = integerField(body[where], where, { min, max: maxInstances })
  }
  if (Object.keys(wish).length > 0) return wish
  throw new InvalidRequestError(
    'The body changes nothing: give instance_type, instance_count, min_instance_number or max_instance_number',
  )
}

function readType(value: unknown): string {
  const type = textField(value, 'instance_type', { max: 63 })
  if (!INSTANCE_TYPE.test(type)) refuse('instance_type', `is "${type}"`, 'give one like ml.g5.2xlarge')
  return type
}
