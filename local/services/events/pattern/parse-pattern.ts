import { isIP } from 'node:net'
import { ServiceError } from '../../../http/service-error.ts'
import { COMPARISON_NAMES, FILTER_NAMES } from './content-filters.ts'
import type { EventPattern } from './event-pattern.ts'

/** A pattern from its JSON text or its object. Throws EventBridge's `InvalidEventPatternException` with the reason. */
export function parsePattern(given: unknown): EventPattern {
  const pattern = typeof given === 'string' ? parseJson(given) : given
  if (!isObject(pattern)) throw invalid('Filter is not an object')
  checkObject(pattern, '')
  return pattern as EventPattern
}

function checkObject(pattern: Record<string, unknown>, path: string): void {
  const fields = Object.entries(pattern)
  if (fields.length === 0) throw invalid('Empty objects are not allowed', path)
  for (const [field, wanted] of fields) {
    const at = path === '' ? field : `${path}.${field}`
    if (field === '$or') checkAlternatives(wanted, path)
    else if (isObject(wanted)) checkObject(wanted, at)
    else if (Array.isArray(wanted)) checkMatchers(wanted, at)
    else throw invalid(`"${field}" must be an object or an array`, at)
  }
}

function checkAlternatives(alternatives: unknown, path: string): void {
  if (!Array.isArray(alternatives) || alternatives.length === 0)
    throw invalid('"$or" must be an array of patterns', path)
  for (const alternative of alternatives) {
    if (!isObject(alternative)) throw invalid('"$or" must be an array of patterns', path)
    checkObject(alternative, path)
  }
}

function checkMatchers(matchers: unknown[], path: string): void {
  if (matchers.length === 0) throw invalid('Empty arrays are not allowed', path)
  for (const matcher of matchers) {
    if (Array.isArray(matcher)) throw invalid('Arrays in arrays are not allowed', path)
    if (isObject(matcher)) checkFilter(matcher, path)
  }
}

function checkFilter(filter: Record<string, unknown>, path: string): void {
  const [entry, ...others] = Object.entries(filter)
  if (entry === undefined || others.length > 0) throw invalid('Only one key allowed in match expression', path)
  const [name, operand] = entry
  if (!FILTER_NAMES.includes(name)) throw invalid(`Unrecognized match type ${name}`, path)
  const problem = OPERAND_CHECKS[name]!(operand)
  if (problem !== undefined) throw invalid(`${name} ${problem}`, path)
}

/** For each filter, what is wrong with an operand; undefined when nothing is. */
const OPERAND_CHECKS: Record<string, (operand: unknown) => string | undefined> = {
  prefix: checkFoldable,
  suffix: checkFoldable,
  'equals-ignore-case': checkText,
  wildcard: checkWildcard,
  exists: (operand) => (typeof operand === 'boolean' ? undefined : 'match pattern must be either true or false'),
  numeric: checkNumeric,
  cidr: checkNetwork,
  'anything-but': checkAnythingBut,
}

function checkText(operand: unknown): string | undefined {
  return typeof operand === 'string' ? undefined : 'match pattern must be a string'
}

function checkFoldable(operand: unknown): string | undefined {
  if (!isObject(operand)) return checkText(operand)
  const folded = operand['equals-ignore-case']
  return Object.keys(operand).length === 1
    ? checkText(folded)
    : 'match pattern must be a string or an equals-ignore-case'
}

function checkWildcard(operand: unknown): string | undefined {
  if (typeof operand !== 'string') return checkText(operand)
  return operand.includes('**') ? 'pattern must not have consecutive wildcard characters' : undefined
}

function checkNumeric(operand: unknown): string | undefined {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length > 4 || operand.length % 2 !== 0) {
    return 'match pattern must be one or two pairs of operator and number'
  }
  const pairsHold = operand.every((part: unknown, index) =>
    index % 2 === 0 ? COMPARISON_NAMES.includes(String(part)) : typeof part === 'number',
  )
  return pairsHold ? undefined : `match pattern must alternate ${COMPARISON_NAMES.join(' ')} and numbers`
}

function checkNetwork(operand: unknown): string | undefined {
  const [base = '', bits = ''] = typeof operand === 'string' ? operand.split('/') : []
  const longest = { 4: 32, 6: 128 }[isIP(base)] ?? -1
  return /^\d+$/.test(bits) && Number(bits) <= longest
    ? undefined
    : 'match pattern must be a network such as 10.0.0.0/24'
}

const NEGATABLE = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard']

function checkAnythingBut(operand: unknown): string | undefined {
  if (isObject(operand)) {
    const [name = '', ...others] = Object.keys(operand)
    const texts = [operand[name]].flat()
    const holds = others.length === 0 && NEGATABLE.includes(name) && texts.length > 0
    return holds && texts.every((text) => typeof text === 'string')
      ? undefined
      : `knows ${NEGATABLE.join(', ')} with strings`
  }
  const values = [operand].flat()
  const scalars = values.every((value) => typeof value === 'string' || typeof value === 'number')
  return scalars && values.length > 0 ? undefined : 'must be a string, a number, a list of them, or a filter'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('Event pattern is not valid JSON')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(reason: string, path = ''): ServiceError {
  const where = path === '' ? '' : ` at ${path}`
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}${where}`)
}
