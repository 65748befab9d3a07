import { checkErrorEquals, checkHandlers } from './check-error-equals.ts'
import type { Shape } from './check-fields.ts'
import { type Check, isObjectTemplate, isReferencePathOrNull, isTemplate, isText } from './check-value.ts'

const catcher: Shape = {
  ErrorEquals: { check: checkErrorEquals, required: true },
  Next: { check: isText, required: true },
  ResultPath: { check: isReferencePathOrNull, language: 'JSONPath' },
  Output: { check: isTemplate, language: 'JSONata' },
  Assign: { check: isObjectTemplate },
  Comment: { check: isText },
}

export const checkCatch: Check = (value, place) => checkHandlers(value, catcher, place)
