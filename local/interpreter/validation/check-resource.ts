import type { Diagnostic, TaskResource } from '../contract.ts'
import { parseResource, resourceName } from '../states/task/resource.ts'
import { type Check, isText } from './check-value.ts'
import { schemaError } from './finding.ts'
import type { Place } from './place.ts'

/** A Task's Resource: an ARN of a kind that is known, fit for the type of machine, and to be had where the machine runs. */
export const checkResource: Check = (value, place) => {
  if (typeof value !== 'string') return isText(value, place)
  const resource = parseResource(value)
  if (resource === undefined) return [schemaError('Value is not a valid resource ARN', place.location)]
  return [...checkExpress(resource, place), ...checkAvailable(resource, place)]
}

function checkExpress(resource: TaskResource, { options, location }: Place): readonly Diagnostic[] {
  if (options.type !== 'EXPRESS') return []
  if (resource.kind === 'activity')
    return [schemaError('Express state machine does not support Activity ARN', location)]
  if (resource.kind !== 'service' || resource.pattern === 'requestResponse') return []
  const suffix = resourceName(resource).slice(resource.action.length)
  return [schemaError(`Express state machine does not support '${suffix}' service integration`, location)]
}

function checkAvailable(resource: TaskResource, { options, location }: Place): readonly Diagnostic[] {
  const reason = options.rejectResource?.(resource)
  return reason === undefined ? [] : [schemaError(reason, location)]
}
