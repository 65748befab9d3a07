import { checkErrorEquals, checkHandlers } from './check-error-equals.ts'
import type { Shape } from './check-fields.ts'
import { type Check, isPlainNumber, isText, oneOf } from './check-value.ts'

const retrier: Shape = {
  ErrorEquals: { check: checkErrorEquals, required: true },
  IntervalSeconds: { check: isPlainNumber({ least: 1, most: 99_999_999 }) },
  MaxAttempts: { check: isPlainNumber({ least: 0, most: 99_999_999 }) },
  BackoffRate: { check: isPlainNumber({ least: 1, integer: false }) },
  MaxDelaySeconds: { check: isPlainNumber({ least: 1, most: 31_622_400 }) },
  JitterStrategy: { check: oneOf('FULL', 'NONE') },
  Comment: { check: isText },
}

export const checkRetry: Check = (value, place) => checkHandlers(value, retrier, place)
