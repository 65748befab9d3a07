import type { Diagnostic, JsonObject } from '../contract.ts'
import type { QueryLanguage } from '../query/template.ts'
import type { Check } from './check-value.ts'
import { requiredFields, schemaError } from './finding.ts'
import { below, type Place } from './place.ts'

export interface FieldRule {
  readonly check: Check
  readonly required?: boolean
  /** The only language that has the field. */
  readonly language?: QueryLanguage
}

/** The fields an object may have. */
export type Shape = Readonly<Record<string, FieldRule>>

/** Checks an object against its shape: what is missing, what is unknown, what is wrong in a field. */
export function checkFields(value: JsonObject, shape: Shape, place: Place): readonly Diagnostic[] {
  const missing = Object.entries(shape).filter(
    ([field, rule]) => rule.required === true && appliesTo(rule, place) && value[field] === undefined,
  )
  const findings = Object.entries(value).flatMap(([field, item]) => {
    const rule = Object.hasOwn(shape, field) ? shape[field] : undefined
    if (rule === undefined) return [schemaError(`Field '${field}' is not supported`, place.location)]
    if (!appliesTo(rule, place))
      return [schemaError(`Field '${field}' is not supported with QueryLanguage ${place.language}`, place.location)]
    return rule.check(item, below(place, field))
  })
  return missing.length === 0
    ? findings
    : [
        requiredFields(
          missing.map(([field]) => field),
          place.location,
        ),
        ...findings,
      ]
}

function appliesTo({ language }: FieldRule, place: Place): boolean {
  return language === undefined || language === place.language
}
