import { expect } from 'chai'
import { compileRule } from '../../../../../local/interpreter/choice/choice-rule.ts'
import type { Json, JsonObject } from '../../../../../local/interpreter/contract.ts'
import { scopeWith } from '../../../../support/interpreter-scope.ts'

const holds = (rule: JsonObject, data: Json): boolean => compileRule(rule)(scopeWith(data))
const early = '2024-01-01T00:00:00Z'
const late = '2024-01-01T01:00:00Z'

/** Comparator, operand, values that pass, values that do not. */
const table: readonly (readonly [name: string, operand: Json, yes: readonly Json[], no: readonly Json[]])[] = [
  ['StringEquals', 'b', ['b'], ['a', 1, null]],
  ['StringLessThan', 'b', ['a'], ['b', 'c', 0]],
  ['StringGreaterThan', 'b', ['c'], ['b', 'a', 9]],
  ['StringLessThanEquals', 'b', ['a', 'b'], ['c', 0]],
  ['StringGreaterThanEquals', 'b', ['c', 'b'], ['a', 9]],
  ['NumericEquals', 2, [2, 2.0], [1, '2', true]],
  ['NumericLessThan', 2, [1], [2, 3, '1']],
  ['NumericGreaterThan', 2, [3], [2, 1, '3']],
  ['NumericLessThanEquals', 2, [1, 2], [3, '1']],
  ['NumericGreaterThanEquals', 2, [3, 2], [1, '3']],
  ['BooleanEquals', false, [false], [true, 0, null, 'false']],
  ['BooleanEquals', true, [true], [false, 1, 'true']],
  ['TimestampEquals', early, [early, '2024-01-01T01:00:00+01:00'], [late, 'x', 5]],
  ['TimestampLessThan', late, [early], [late, 'x']],
  ['TimestampGreaterThan', early, [late], [early, 'x']],
  ['TimestampLessThanEquals', early, [early], [late, 5]],
  ['TimestampGreaterThanEquals', late, [late], [early, 5]],
  ['StringMatches', 'a*.z\\*', ['a.z*', 'abc.z*'], ['a.z', 'ab', 1]],
  ['StringMatches', 'a\\\\b', ['a\\b'], ['ab']],
  ['IsNull', true, [null], [0, '', false]],
  ['IsNull', false, [0, ''], [null]],
  ['IsNumeric', true, [0, 1.5], ['1', null]],
  ['IsNumeric', false, ['1'], [0]],
  ['IsString', true, [''], [1, null]],
  ['IsString', false, [1], ['']],
  ['IsBoolean', true, [true, false], ['true', 0]],
  ['IsBoolean', false, [0], [true]],
  [
    'IsTimestamp',
    true,
    [early, '2024-02-29T00:00:00.123+02:00'],
    ['2024-02-30T00:00:00Z', '2024-01-01', 1, '2024-01-01T25:00:00Z'],
  ],
  ['IsTimestamp', false, ['x', 1], [early]],
  ['IsPresent', true, [null, 0], []],
  ['IsPresent', false, [], [null, 0]],
]

describe('Choice comparators', () => {
  for (const [name, operand, yes, no] of table) {
    it(`${name} ${JSON.stringify(operand)} tells values apart`, () => {
      for (const value of yes)
        expect(holds({ Variable: '$.v', [name]: operand }, { v: value }), JSON.stringify(value)).to.equal(true)
      for (const value of no)
        expect(holds({ Variable: '$.v', [name]: operand }, { v: value }), JSON.stringify(value)).to.equal(false)
    })
  }

  for (const [name, operand, yes, no] of table.filter(([name]) => !/^Is|Matches/.test(name))) {
    it(`${name}Path reads ${JSON.stringify(operand)} from a path`, () => {
      for (const value of yes)
        expect(holds({ Variable: '$.v', [`${name}Path`]: '$.o' }, { v: value, o: operand })).to.equal(true)
      for (const value of no)
        expect(holds({ Variable: '$.v', [`${name}Path`]: '$.o' }, { v: value, o: operand })).to.equal(false)
    })
  }

  it('never compare with an operand of another type', () => {
    expect(holds({ Variable: '$.v', TimestampEqualsPath: '$.o' }, { v: early, o: 5 })).to.equal(false)
    expect(holds({ Variable: '$.v', StringEqualsPath: '$.o' }, { v: 'a', o: 5 })).to.equal(false)
  })

  it('IsPresent follows the path to its end', () => {
    expect(holds({ Variable: '$.v', IsPresent: false }, {})).to.equal(true)
    expect(holds({ Variable: '$.v[*]', IsPresent: true }, { v: [] })).to.equal(false)
    expect(holds({ Variable: '$.v[*]', IsPresent: true }, { v: [1] })).to.equal(true)
  })

  it('pass on what is not about the path', () => {
    const scope = {
      ...scopeWith({}),
      get data(): never {
        throw new RangeError('a bug')
      },
    }
    expect(() => compileRule({ Variable: '$.v', IsPresent: true })(scope)).to.throw(RangeError)
    expect(() => compileRule({ Variable: '$.v', IsNull: true })(scope)).to.throw(RangeError)
  })
})
