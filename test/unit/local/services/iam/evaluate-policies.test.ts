import { expect } from 'chai'
import { evaluatePolicies } from '../../../../../local/services/iam/evaluate-policies.ts'
import type { PolicyStatement } from '../../../../../local/services/iam/policy-document.ts'

interface Case {
  name: string
  statements: Array<Partial<PolicyStatement>>
  action?: string
  resource?: string
  context?: Record<string, string>
  allowed: boolean
}

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Merges'
const allow = (statement: Partial<PolicyStatement>): Partial<PolicyStatement> => ({ Effect: 'Allow', ...statement })
const deny = (statement: Partial<PolicyStatement>): Partial<PolicyStatement> => ({ Effect: 'Deny', ...statement })
const when = (operator: string, key: string, value: string | number | boolean | string[]): Partial<PolicyStatement> =>
  allow({ Action: '*', Resource: '*', Condition: { [operator]: { [key]: value } } })

function decide({
  statements,
  action = 'dynamodb:GetItem',
  resource = table,
  context = {},
}: Omit<Case, 'name' | 'allowed'>) {
  return evaluatePolicies([{ Version: '2012-10-17', Statement: statements as PolicyStatement[] }], {
    action,
    resource,
    context,
  })
}

const cases: Case[] = [
  { name: 'denies when there is no statement', statements: [], allowed: false },
  {
    name: 'allows an exact action and resource',
    statements: [allow({ Action: 'dynamodb:GetItem', Resource: table })],
    allowed: true,
  },
  {
    name: 'ignores the case of actions',
    statements: [allow({ Action: 'DynamoDB:getitem', Resource: table })],
    allowed: true,
  },
  {
    name: 'minds the case of resources',
    statements: [allow({ Action: '*', Resource: table.toLowerCase() })],
    allowed: false,
  },
  {
    name: 'allows one of several actions',
    statements: [allow({ Action: ['s3:GetObject', 'dynamodb:Get*'], Resource: [table] })],
    allowed: true,
  },
  { name: 'denies another action', statements: [allow({ Action: 'dynamodb:Put*', Resource: '*' })], allowed: false },
  {
    name: 'denies an index when only the table is named',
    statements: [allow({ Action: '*', Resource: table })],
    resource: `${table}/index/byTime`,
    allowed: false,
  },
  {
    name: 'allows an index under a wildcard',
    statements: [allow({ Action: '*', Resource: `${table}/index/*` })],
    resource: `${table}/index/byTime`,
    allowed: true,
  },
  {
    name: 'takes ? for exactly one character',
    statements: [allow({ Action: '*', Resource: 'arn:aws:s3:::part-?' })],
    resource: 'arn:aws:s3:::part-12',
    allowed: false,
  },
  {
    name: 'takes dots and plus signs literally',
    statements: [allow({ Action: '*', Resource: 'arn:aws:s3:::a.b+*' })],
    resource: 'arn:aws:s3:::aXbbc',
    allowed: false,
  },
  { name: 'allows what NotAction leaves', statements: [allow({ NotAction: 's3:*', Resource: '*' })], allowed: true },
  {
    name: 'denies what NotAction names',
    statements: [allow({ NotAction: ['s3:*', 'dynamodb:*'], Resource: '*' })],
    allowed: false,
  },
  {
    name: 'allows what NotResource leaves',
    statements: [allow({ Action: '*', NotResource: 'arn:aws:s3:::*' })],
    allowed: true,
  },
  {
    name: 'denies what NotResource names',
    statements: [allow({ Action: '*', NotResource: ['arn:aws:dynamodb:*'] })],
    allowed: false,
  },
  {
    name: 'lets an explicit deny win',
    statements: [allow({ Action: '*', Resource: '*' }), deny({ Action: 'dynamodb:*', Resource: '*' })],
    allowed: false,
  },
  {
    name: 'is not moved by a deny of something else',
    statements: [allow({ Action: '*', Resource: '*' }), deny({ Action: 's3:*', Resource: '*' })],
    allowed: true,
  },
  {
    name: 'is not moved by a deny whose condition fails',
    statements: [allow({ Action: '*', Resource: '*' }), { ...when('StringEquals', 'k', 'x'), Effect: 'Deny' }],
    context: { k: 'y' },
    allowed: true,
  },
  {
    name: 'lets a deny with an unknown operator win',
    statements: [allow({ Action: '*', Resource: '*' }), { ...when('StringRhymes', 'k', 'x'), Effect: 'Deny' }],
    context: { k: 'y' },
    allowed: false,
  },
  { name: 'denies when a statement covers neither action nor resource', statements: [allow({})], allowed: false },
]

const conditions: Array<
  [operator: string, expected: string | number | boolean | string[], actual: string | undefined, holds: boolean]
> = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', ['b', 'a'], 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringEqualsIgnoreCase', 'a', 'A', true],
  ['StringNotEquals', ['a', 'b'], 'a', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', 'a', undefined, true],
  ['StringNotEqualsIgnoreCase', 'a', 'A', false],
  ['StringLike', 'merges/*', 'merges/1/plan', true],
  ['StringLike', 'merges/?', 'merges/12', false],
  ['StringNotLike', 'merges/*', 'plans/1', true],
  ['ArnEquals', 'arn:aws:states:*:0:stateMachine:*', 'arn:aws:states:us-east-1:0:stateMachine:merge', true],
  ['ArnLike', 'arn:aws:states:*:stateMachine:merge', 'arn:aws:states:us-east-1:0:stateMachine:merge', false],
  ['ArnLike', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a:b', true],
  ['ArnNotLike', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a', false],
  ['ArnNotEquals', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::other/a', true],
  ['Bool', true, 'true', true],
  ['Bool', 'false', 'true', false],
  ['BoolIfExists', 'false', undefined, true],
  ['NumericEquals', 5, '5.0', true],
  ['NumericNotEquals', 5, '5', false],
  ['NumericLessThan', 5, '4', true],
  ['NumericLessThan', 5, '5', false],
  ['NumericLessThanEquals', '5', '5', true],
  ['NumericGreaterThan', 5, '10', true],
  ['NumericGreaterThanEquals', 5, '4', false],
  ['NumericLessThan', 5, 'many', false],
  ['DateGreaterThan', '2025-01-01T00:00:00Z', '2025-06-01T00:00:00Z', true],
  ['DateLessThan', '2025-01-01T00:00:00Z', '1735689600', false],
  ['DateLessThanEquals', '2025-01-01T00:00:00Z', '1735689600', true],
  ['DateEquals', '2025-01-01T00:00:00Z', '1735689600', true],
  ['DateNotEquals', '2025-01-01T00:00:00Z', '1735689600', false],
  ['DateGreaterThanEquals', '2025-01-01T00:00:00Z', '1735689599', false],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'a', false],
  ['Null', 'false', 'a', true],
  ['ForAnyValue:StringEquals', ['a', 'b'], 'b', true],
  ['ForAnyValue:StringNotEquals', 'a', undefined, false],
  ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
  ['ForAllValues:StringLike', 'a*', 'b', false],
  ['StringRhymes', 'a', 'a', false],
]

describe('evaluatePolicies', () => {
  for (const { name, allowed, ...question } of cases) {
    it(name, () => expect(decide(question).allowed).to.equal(allowed))
  }

  for (const [operator, expected, actual, holds] of conditions) {
    it(`${holds ? 'allows' : 'denies'} ${operator} ${JSON.stringify(expected)} for ${actual ?? 'a missing key'}`, () => {
      const context: Record<string, string> = actual === undefined ? {} : { 'aws:Key': actual }
      expect(decide({ statements: [when(operator, 'AWS:key', expected)], context }).allowed).to.equal(holds)
    })
  }

  it('needs every operator and every key of a condition to hold', () => {
    const Condition = { StringEquals: { a: '1', b: '2' }, NumericLessThan: { c: 3 } }
    const statements = [allow({ Action: '*', Resource: '*', Condition })]
    expect(decide({ statements, context: { a: '1', b: '2', c: '1' } }).allowed).to.equal(true)
    for (const context of [
      { a: '1', b: '2', c: '4' },
      { a: '1', b: '3', c: '1' },
      { a: '1', b: '2' },
    ]) {
      expect(decide({ statements, context }).allowed, JSON.stringify(context)).to.equal(false)
    }
  })

  it('names the operator it does not know', () => {
    expect(decide({ statements: [when('StringRhymes', 'k', 'a')], context: { k: 'a' } })).to.deep.equal({
      allowed: false,
      because: 'because the laptop stack does not know the condition operator StringRhymes in an identity-based policy',
    })
  })

  it('reads a document whose only statement is not in a list', () => {
    const Statement: PolicyStatement = { Effect: 'Allow', Action: 'sns:Publish', Resource: '*' }
    expect(evaluatePolicies([{ Statement }], { action: 'sns:Publish', resource: 'x', context: {} }).allowed).to.equal(
      true,
    )
  })
})
