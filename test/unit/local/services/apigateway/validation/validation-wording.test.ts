import { expect } from 'chai'
import { createBodyValidator } from '../../../../../../local/services/apigateway/validation/body-validator.ts'
import { describeField } from '../../../../../../local/services/apigateway/validation/describe-field.ts'

/** Schema of the property `x`, its value, and the sentence of API Gateway's validator. */
const CASES: [schema: object, value: unknown, sentence: string][] = [
  [{ type: 'string' }, 1, 'instance type (integer) does not match any allowed primitive type (allowed: ["string"])'],
  [
    { type: 'number' },
    'a',
    'instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])',
  ],
  [
    { type: ['object', 'null'] },
    [],
    'instance type (array) does not match any allowed primitive type (allowed: ["null","object"])',
  ],
  [{ type: 'integer' }, 1.5, 'instance type (number) does not match any allowed primitive type (allowed: ["integer"])'],
  [{ type: 'boolean' }, null, 'instance type (null) does not match any allowed primitive type (allowed: ["boolean"])'],
  [{ enum: ['a', 'b'] }, 'x', 'instance value ("x") not found in enum (possible values: ["a","b"])'],
  [{ minLength: 1 }, '', 'string "" is too short (length: 0, required minimum: 1)'],
  [{ maxLength: 2 }, 'abc', 'string "abc" is too long (length: 3, maximum allowed: 2)'],
  [{ pattern: '^[a-z]+$' }, 'A1', 'ECMA 262 regex "^[a-z]+$" does not match input string "A1"'],
  [{ maximum: 1 }, 2, 'numeric instance is greater than the required maximum (maximum: 1, found: 2)'],
  [{ minimum: 0 }, -0.5, 'numeric instance is lower than the required minimum (minimum: 0, found: -0.5)'],
  [{ maximum: 1, exclusiveMaximum: true }, 1, 'numeric instance is not strictly lower than the required maximum 1'],
  [{ minimum: 0, exclusiveMinimum: true }, 0, 'numeric instance is not strictly greater than the required minimum 0'],
  [{ multipleOf: 2 }, 3, 'remainder of division is not zero (3 / 2)'],
  [{ minItems: 1 }, [], 'array is too short: must have at least 1 elements but instance has 0 elements'],
  [{ maxItems: 1 }, [1, 2], 'array is too long: must have at most 1 elements but instance has 2 elements'],
  [{ uniqueItems: true }, [1, 1], 'array must not contain duplicate elements'],
  [{ minProperties: 1 }, {}, 'object has too few properties (found 0 but schema requires at least 1)'],
  [{ maxProperties: 1 }, { a: 1, b: 2 }, 'object has too many properties (found 2 but schema requires at most 1)'],
  [{ required: ['b', 'a'] }, {}, 'object has missing required properties (["a","b"])'],
  [
    { additionalProperties: false },
    { foo: 1, bar: 2 },
    'object instance has properties which are not allowed by the schema: ["bar","foo"]',
  ],
  [
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
    1,
    'instance failed to match at least one required schema among 2',
  ],
  [{ oneOf: [{ minimum: 0 }, { maximum: 9 }] }, 1, 'instance failed to match exactly one schema (matched 2 out of 2)'],
  [{ oneOf: [{ minimum: 5 }, { minimum: 7 }] }, 1, 'instance failed to match exactly one schema (matched 0 out of 2)'],
  [{ not: { type: 'integer' } }, 1, 'instance matched a schema which it should not have matched'],
  [
    { dependencies: { a: ['b'] } },
    { a: 1 },
    'property "a" of object has missing property dependencies (schema requires ["b"]; missing: ["b"])',
  ],
]

describe('the wording of body validation', () => {
  for (const [schema, value, sentence] of CASES) {
    it(`says of ${JSON.stringify(value)} against ${JSON.stringify(schema)}: ${sentence}`, async () => {
      const validate = createBodyValidator({ id: 'api', schemas: new Map([['M', { properties: { x: schema } }]]) })
      expect(await validate('M', { x: value })).to.equal(`[x: ${sentence}]`)
    })
  }

  it('says nothing of a body that fits', async () => {
    const validate = createBodyValidator({ id: 'api', schemas: new Map([['M', { type: 'object' }]]) })
    expect(await validate('M', {})).to.equal(undefined)
    expect(await validate('Empty', { any: 'thing' })).to.equal(undefined)
  })

  it('joins several sentences and does not name a field for the body itself', async () => {
    const schema = {
      required: ['role_name_list'],
      properties: { a: { type: 'string' }, b: { items: { required: ['c'] } } },
    }
    const validate = createBodyValidator({ id: 'api', schemas: new Map([['M', schema]]) })
    expect(await validate('M', { a: 1, b: [{}] })).to.equal(
      '[object has missing required properties (["role_name_list"]), a: instance type (integer) does not match any allowed primitive type (allowed: ["string"]), b[0]: object has missing required properties (["c"])]',
    )
  })

  it('follows references to definitions and to other models', async () => {
    const other = { $ref: 'https://apigateway.amazonaws.com/restapis/api/models/Name' }
    const schemas = new Map<string, unknown>([
      ['Name', { type: 'string' }],
      ['M', { definitions: { n: { type: 'number' } }, properties: { x: { $ref: '#/definitions/n' }, y: other } }],
    ])
    const message = await createBodyValidator({ id: 'api', schemas })('M', { x: '', y: 1 })
    expect(message).to.match(/^\[x: instance type .*, y: instance type /)
  })
})

describe('describeField', () => {
  const FIELDS: [pointer: string, shown: string][] = [
    ['', ''],
    ['/multiplier', 'multiplier: '],
    ['/items/0/x', 'items[0].x: '],
    ['/0/a', '[0].a: '],
    ['/a~1b/c~0d', 'a/b.c~d: '],
  ]
  for (const [pointer, shown] of FIELDS) {
    it(`shows ${pointer || 'the body itself'} as "${shown}"`, () => {
      expect(describeField(pointer)).to.equal(shown)
    })
  }
})
