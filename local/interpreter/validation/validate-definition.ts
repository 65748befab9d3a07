import type { Diagnostic, Json, JsonObject, ValidateOptions } from '../contract.ts'
import { isObject } from '../json.ts'
import { checkFields, type Shape } from './check-fields.ts'
import { isObjectValue, isPlainNumber, isText, oneOf } from './check-value.ts'
import { checkWorkflow } from './check-workflow.ts'
import { schemaError } from './finding.ts'
import type { Place } from './place.ts'

const topLevel: Shape = {
  Comment: { check: isText },
  Version: { check: isText },
  QueryLanguage: { check: oneOf('JSONPath', 'JSONata') },
  TimeoutSeconds: { check: isPlainNumber({ least: 0, most: 99_999_999 }) },
  StartAt: { check: isText },
  States: { check: isObjectValue },
}

/** Everything that is wrong with a definition; empty when a machine can be made of it. */
export function validateDefinition(text: string, options: ValidateOptions): readonly Diagnostic[] {
  const definition = parseDefinition(text)
  if (definition === undefined)
    return [
      {
        severity: 'ERROR',
        code: 'INVALID_JSON_DESCRIPTION',
        message: 'The definition is not valid JSON',
        location: '/',
      },
    ]
  if (!isObject(definition)) return [schemaError('Expected value of type Object', '/')]
  const place = placeOf(definition, options)
  return [...checkFields(definition, topLevel, place), ...checkWorkflow(definition, place)]
}

function parseDefinition(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function placeOf({ QueryLanguage }: JsonObject, options: ValidateOptions): Place {
  const language = QueryLanguage === 'JSONata' ? 'JSONata' : 'JSONPath'
  return { location: '/', field: '', language, machineLanguage: language, options, names: new Set() }
}
