import type { TemplateParameter } from './read-template.ts'
import { TemplateError } from './stack.ts'

type Check = (value: string, parameter: TemplateParameter) => string | undefined

/** Each check answers what is wrong, or nothing; lists are checked item by item as CloudFormation does. */
const CHECKS: Check[] = [
  (value, { AllowedPattern }) =>
    AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)
      ? `must match pattern ${AllowedPattern}`
      : undefined,
  (value, { AllowedValues }) =>
    AllowedValues !== undefined && !AllowedValues.map(String).includes(value)
      ? `must be one of ${AllowedValues.join(', ')}`
      : undefined,
  (value, { MinLength }) =>
    MinLength !== undefined && value.length < Number(MinLength)
      ? `must have at least ${MinLength} characters`
      : undefined,
  (value, { MaxLength }) =>
    MaxLength !== undefined && value.length > Number(MaxLength)
      ? `must have at most ${MaxLength} characters`
      : undefined,
  (value, { Type }) => (Type === 'Number' && !isNumber(value) ? 'must be a number' : undefined),
  (value, { MinValue }) =>
    MinValue !== undefined && Number(value) < Number(MinValue) ? `must be at least ${MinValue}` : undefined,
  (value, { MaxValue }) =>
    MaxValue !== undefined && Number(value) > Number(MaxValue) ? `must be at most ${MaxValue}` : undefined,
]

/** Values of the template's parameters: the given ones, then the defaults; throws when one is missing, unknown or not allowed. */
export function resolveParameters(
  declared: Record<string, TemplateParameter>,
  given: Record<string, string>,
): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => declared[name] === undefined)
  if (unknown.length > 0) {
    throw new TemplateError('Parameters', `[${unknown.join(', ')}] do not exist in the template`)
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, parameter]) => [name, resolveParameter(name, parameter, given[name])]),
  )
}

function resolveParameter(name: string, parameter: TemplateParameter, given: string | undefined): string {
  const value = given ?? parameter.Default
  if (value === undefined) throw new TemplateError(`Parameters.${name}`, 'must have a value: it has no default')
  const text = String(value)
  const items = isList(parameter) ? splitList(text) : [text]
  const fault = items
    .flatMap((item) => CHECKS.map((check) => check(item, parameter)))
    .find((found) => found !== undefined)
  if (fault !== undefined) {
    throw new TemplateError(
      `Parameters.${name}`,
      `failed to satisfy constraint: ${parameter.ConstraintDescription ?? fault}`,
    )
  }
  return text
}

/** Whether `Ref` of the parameter gives a list. */
export function isList(parameter: TemplateParameter): boolean {
  return parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<')
}

/** The items of a list parameter. */
export function splitList(text: string): string[] {
  return text.split(',').map((item) => item.trim())
}

function isNumber(value: string): boolean {
  return value.trim() !== '' && Number.isFinite(Number(value))
}
