import { BlockList, isIP } from 'node:net'
import { equalsIgnoringCase, matchesEventWildcard } from './match-text.ts'

/** A scalar of an event. */
export type Scalar = string | number | boolean | null

type Filter = (operand: never, value: Scalar) => boolean

const onText =
  <Operand>(test: (operand: Operand, text: string) => boolean) =>
  (operand: Operand, value: Scalar): boolean =>
    typeof value === 'string' && test(operand, value)

const startsWith = (prefix: string, text: string): boolean => text.startsWith(prefix)
const endsWith = (suffix: string, text: string): boolean => text.endsWith(suffix)

type CaseOption = string | { 'equals-ignore-case': string }

/** Every content filter except `exists`, which looks at the field and not at a value. */
const FILTERS: Record<string, Filter> = {
  prefix: onText(foldable(startsWith)),
  suffix: onText(foldable(endsWith)),
  'equals-ignore-case': onText(equalsIgnoringCase),
  wildcard: onText(matchesEventWildcard),
  cidr: onText(isInNetwork),
  numeric: (comparisons: Array<string | number>, value) => typeof value === 'number' && isInRange(comparisons, value),
  'anything-but': (excluded: unknown, value) => isAnythingBut(excluded, value),
} satisfies Record<string, Filter>

/** The names of the filters, and whether a value passes one. */
export const FILTER_NAMES = [...Object.keys(FILTERS), 'exists']

export function passesFilter(name: string, operand: unknown, value: Scalar): boolean {
  return FILTERS[name]?.(operand as never, value) ?? false
}

/** `{ "prefix": { "equals-ignore-case": "x" } }` is a prefix without regard to case. */
function foldable(test: (operand: string, text: string) => boolean): (operand: CaseOption, text: string) => boolean {
  return (operand, text) =>
    typeof operand === 'string'
      ? test(operand, text)
      : test(operand['equals-ignore-case'].toLowerCase(), text.toLowerCase())
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

export const COMPARISON_NAMES = Object.keys(COMPARISONS)

/** `[">", 0, "<=", 5]`: every pair of operator and bound holds. */
function isInRange(comparisons: Array<string | number>, value: number): boolean {
  for (let index = 0; index < comparisons.length; index += 2) {
    const compare = COMPARISONS[String(comparisons[index])]
    if (compare === undefined || !compare(value, Number(comparisons[index + 1]))) return false
  }
  return true
}

function isAnythingBut(excluded: unknown, value: Scalar): boolean {
  if (Array.isArray(excluded)) return excluded.every((one) => isAnythingBut(one, value))
  if (typeof excluded !== 'object' || excluded === null) return excluded !== value
  const [[name, operands]] = Object.entries(excluded) as [[string, unknown]]
  return [operands].flat().every((operand) => !passesFilter(name, operand, value))
}

function isInNetwork(network: string, address: string): boolean {
  const family = isIP(address)
  const [base, bits] = network.split('/')
  if (family === 0 || isIP(base!) !== family) return false
  const list = new BlockList()
  list.addSubnet(base!, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
