import { InvalidRequestError } from '../../shared/errors.ts'
import { integerField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'

/** The body of `PATCH /endpoints/{name}`. */
export interface UpdateEndpoint {
  instanceType?: string
  instanceCount?: number
}

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/

/** Reads the body; every refusal names the field and the fix. */
export function readUpdateEndpoint(body: JsonObject, maxInstances: number): UpdateEndpoint {
  const { instance_type: type, instance_count: count } = body
  if (type === undefined && count === undefined) {
    throw new InvalidRequestError('The body changes nothing: give instance_type, instance_count or both')
  }
  return {
    ...(type === undefined ? {} : { instanceType: readType(type) }),
    ...(count === undefined
      ? {}
      : { instanceCount: integerField(count, 'instance_count', { min: 1, max: maxInstances }) }),
  }
}

function readType(value: unknown): string {
  const type = textField(value, 'instance_type', { max: 63 })
  if (!INSTANCE_TYPE.test(type)) refuse('instance_type', `is "${type}"`, 'give one like ml.g5.2xlarge')
  return type
}
