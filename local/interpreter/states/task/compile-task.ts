import type { Json, JsonObject } from '../../contract.ts'
import type { TaskState } from '../../machine.ts'
import type { Expression } from '../../query/expression.ts'
import { compileBase, compileField, compileResultFields, type StateSource } from '../fields.ts'
import { compileNumberField } from '../number-field.ts'
import { parseResource } from './resource.ts'

function isInteger(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value)
}

export function compileTask(source: StateSource): TaskState {
  return {
    ...compileBase(source),
    ...compileResultFields(source),
    type: 'Task',
    resource: parseResource(source.fields.Resource as string)!,
    timeoutSeconds: compileNumberField(source, { field: 'TimeoutSeconds', accepts: isInteger, expected: 'integer' }),
    heartbeatSeconds: compileNumberField(source, {
      field: 'HeartbeatSeconds',
      accepts: isInteger,
      expected: 'integer',
    }),
    credentials: compileCredentials(source),
  }
}

function compileCredentials(source: StateSource): Expression | undefined {
  const credentials = source.fields.Credentials as JsonObject | undefined
  return credentials === undefined ? undefined : compileField(source, 'Credentials')
}
