import { matchesWildcard } from './match-wildcard.ts'

/** Whether the request's value satisfies one value of the policy. */
type Comparison = (actual: string, expected: string) => boolean

const equal: Comparison = (actual, expected) => actual === expected
const equalIgnoringCase: Comparison = (actual, expected) => actual.toLowerCase() === expected.toLowerCase()
const like: Comparison = (actual, expected) => matchesWildcard(expected, actual)

const numeric =
  (compare: (actual: number, expected: number) => boolean): Comparison =>
  (actual, expected) =>
    compare(Number(actual), Number(expected))

const date =
  (compare: (actual: number, expected: number) => boolean): Comparison =>
  (actual, expected) =>
    compare(timeOf(actual), timeOf(expected))

const not =
  (comparison: Comparison): Comparison =>
  (actual, expected) =>
    !comparison(actual, expected)

/** The comparison of each IAM condition operator. */
export const COMPARISONS: Record<string, Comparison> = {
  StringEquals: equal,
  StringNotEquals: not(equal),
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringNotEqualsIgnoreCase: not(equalIgnoringCase),
  StringLike: like,
  StringNotLike: not(like),
  ArnEquals: arnLike,
  ArnNotEquals: not(arnLike),
  ArnLike: arnLike,
  ArnNotLike: not(arnLike),
  Bool: equalIgnoringCase,
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericNotEquals: numeric((actual, expected) => actual !== expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
  DateEquals: date((actual, expected) => actual === expected),
  DateNotEquals: date((actual, expected) => actual !== expected),
  DateLessThan: date((actual, expected) => actual < expected),
  DateLessThanEquals: date((actual, expected) => actual <= expected),
  DateGreaterThan: date((actual, expected) => actual > expected),
  DateGreaterThanEquals: date((actual, expected) => actual >= expected),
}

/** Operators that hold when none of the policy's values compares, rather than when one does; a missing key satisfies them. */
export function isNegated(operator: string): boolean {
  return operator.includes('Not')
}

/** The six parts of an ARN match one by one: a wildcard in the region does not reach into the account. */
function arnLike(actual: string, expected: string): boolean {
  const [actualParts, expectedParts] = [splitArn(actual), splitArn(expected)]
  return (
    actualParts.length === expectedParts.length &&
    expectedParts.every((part, index) => matchesWildcard(part, actualParts[index]!))
  )
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])]
}

function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text)
}
