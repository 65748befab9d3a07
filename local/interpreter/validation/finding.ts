import type { Diagnostic } from '../contract.ts'

/** An error of the schema: what CreateStateMachine answers as `SCHEMA_VALIDATION_FAILED: <message> at <location>`. */
export function schemaError(message: string, location: string): Diagnostic {
  return { severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message, location }
}

export function requiredFields(fields: readonly string[], location: string): Diagnostic {
  return schemaError(`These fields are required: [${fields.join(', ')}]`, location)
}

export function transitionError(message: string, location: string): Diagnostic {
  return { severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET', message, location }
}
