import type { Json } from '../contract.ts'
import { isArray, jsonEqual } from '../json.ts'
import type { Filter, Operand, Segment } from './json-path-parse.ts'

interface Place {
  readonly item: Json
  readonly root: Json
  /** The hits of one segment in one value. */
  readonly expand: (value: Json, segment: Segment, root: Json) => readonly Json[]
}

/** `[?(…)]`: does the item pass? */
export function matchesFilter(filter: Filter, place: Place): boolean {
  switch (filter.kind) {
    case 'and':
      return matchesFilter(filter.left, place) && matchesFilter(filter.right, place)
    case 'or':
      return matchesFilter(filter.left, place) || matchesFilter(filter.right, place)
    case 'not':
      return !matchesFilter(filter.filter, place)
    case 'exists':
      return readOperand(filter.operand, place) !== undefined
    case 'compare':
      return comparisons[filter.operator]!(
        readOperand(filter.left, place),
        readOperand(filter.right, place),
        filter.right,
      )
  }
}

type Value = Json | undefined

function equal(left: Value, right: Value): boolean {
  return left !== undefined && right !== undefined && jsonEqual(left, right)
}

function ordered(
  left: Value,
  right: Value,
  compare: (left: number | string, right: number | string) => boolean,
): boolean {
  if (typeof left === 'number' && typeof right === 'number') return compare(left, right)
  return typeof left === 'string' && typeof right === 'string' && compare(left, right)
}

function within(item: Value, list: Value): boolean {
  return isArray(list) && list.some((candidate) => equal(candidate, item))
}

function some(left: Value, right: Value): boolean {
  return isArray(left) && left.some((item) => within(item, right))
}

function sizeOf(value: Value): number {
  return isArray(value) || typeof value === 'string' ? value.length : -1
}

const comparisons: Readonly<Record<string, (left: Value, right: Value, operand: Operand) => boolean>> = {
  '==': equal,
  '===': equal,
  '!=': (left, right) => !equal(left, right),
  '!==': (left, right) => !equal(left, right),
  '<': (left, right) => ordered(left, right, (a, b) => a < b),
  '<=': (left, right) => ordered(left, right, (a, b) => a <= b),
  '>': (left, right) => ordered(left, right, (a, b) => a > b),
  '>=': (left, right) => ordered(left, right, (a, b) => a >= b),
  '=~': (left, _right, operand) => operand.kind === 'pattern' && typeof left === 'string' && operand.pattern.test(left),
  in: within,
  nin: (left, right) => !within(left, right),
  subsetof: (left, right) => isArray(left) && left.every((item) => within(item, right)),
  anyof: some,
  noneof: (left, right) => !some(left, right),
  size: (left, right) => sizeOf(left) === (typeof right === 'number' ? right : sizeOf(right)),
  empty: (left, right) => (sizeOf(left) === 0) === right,
  contains: (left, right) =>
    typeof left === 'string' && typeof right === 'string' ? left.includes(right) : within(right, left),
}

function readOperand(operand: Operand, place: Place): Value {
  if (operand.kind === 'literal') return operand.value
  if (operand.kind === 'pattern') return undefined
  let hits: readonly Json[] = [operand.fromItem ? place.item : place.root]
  let many = false
  for (const segment of operand.segments) {
    many ||= segment.kind !== 'name' && segment.kind !== 'index' && segment.kind !== 'call'
    hits = hits.flatMap((hit) => place.expand(hit, segment, place.root))
  }
  return many && hits.length > 0 ? hits : hits[0]
}
