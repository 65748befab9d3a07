import { expect } from 'chai'
import type { Json } from '../../../../../local/interpreter/contract.ts'
import { StateError } from '../../../../../local/interpreter/error/state-error.ts'
import {
  compileIntrinsic,
  IntrinsicSyntaxError,
  isIntrinsic,
} from '../../../../../local/interpreter/intrinsic/parse-intrinsic.ts'
import { scopeWith } from '../../../../support/interpreter-scope.ts'

const data = { a: [1, 2, 3], o: { x: 1, y: 2 }, s: 'text', nested: [[1], [1], [2]], long: 'x'.repeat(10_001) }
const call = (text: string): Json =>
  compileIntrinsic(text)(scopeWith(data, { variables: { v: 5 }, context: { Execution: { Name: 'run' } } }))

describe('intrinsic functions', () => {
  const answers: readonly (readonly [text: string, value: Json])[] = [
    [
      "States.Array(1, 'b', null, true, false, $.s, $v, $$.Execution.Name)",
      [1, 'b', null, true, false, 'text', 5, 'run'],
    ],
    ['States.Array( )', []],
    ['States.ArrayContains($.nested, States.Array(2))', true],
    ['States.ArrayContains($.a, 9)', false],
    ['States.ArrayGetItem($.a, 1)', 2],
    ['States.ArrayLength($.a)', 3],
    ['States.ArrayPartition($.a, 2)', [[1, 2], [3]]],
    ['States.ArrayRange(5, 1, -2)', [5, 3, 1]],
    ['States.ArrayRange(1, 0, 1)', []],
    ['States.ArrayUnique($.nested)', [[1], [2]]],
    ["States.Base64Encode('grüß')", 'Z3LDvMOf'],
    ["States.Base64Decode('Z3LDvMOf')", 'grüß'],
    ["States.Format('{} is {}', $.s, 1.5)", 'text is 1.5'],
    ["States.Format('\\{literal\\} {}', $.o)", '{literal} {x=1, y=2}'],
    ["States.Format('it\\'s a \\\\ {}', $.a)", "it's a \\ [1, 2, 3]"],
    ["States.Hash('a', 'SHA-1')", '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
    ["States.Hash($.o, 'MD5')", 'bffc6d75bad8781eab9aaad022985e6b'],
    ['States.JsonMerge($.o, States.StringToJson(\'\\{"y":3\\}\'), false)', { x: 1, y: 3 }],
    ['States.JsonToString($.o)', '{"x":1,"y":2}'],
    ['States.MathAdd(-1.5, 2.5)', 2],
    ['States.MathRandom(1, 11)', 6],
    ["States.StringSplit('a.b,c', '.,')", ['a', 'b', 'c']],
    ["States.StringToJson('  ')", null],
    ['States.UUID()', '00000000-0000-4000-8000-000000000000'],
    ['States.ArrayLength(States.Array(States.MathAdd(1, 1), 2))', 2],
  ]
  for (const [text, value] of answers) {
    it(`answers ${text}`, () => expect(call(text)).to.deep.equal(value))
  }

  it('make the same chance of the same seed', () => {
    expect(call('States.MathRandom(0, 1000, 7)')).to.equal(call('States.MathRandom(0, 1000, 7)'))
    expect(call('States.MathRandom(0, 1000, 7)')).to.not.equal(call('States.MathRandom(0, 1000, 8)'))
  })

  const failures: readonly (readonly [text: string, message: string])[] = [
    ['States.ArrayLength($.s)', 'argument 1 must be of type array but was "text"'],
    ["States.ArrayGetItem($.a, 'x')", 'argument 2 must be of type number but was "x"'],
    ['States.ArrayGetItem($.a, 3)', 'out of bounds'],
    ['States.ArrayPartition($.a, 0)', 'non-zero positive'],
    ['States.ArrayRange(1, 2, 0)', 'must not be zero'],
    ['States.Base64Encode($.a)', 'must be of type string'],
    ['States.Base64Encode($.long)', 'at most 10000 characters'],
    ["States.Base64Decode('%')", 'not valid base64'],
    ["States.Format('{}')", 'does not match'],
    ["States.Hash('a', 'SHA-2')", 'unknown algorithm SHA-2'],
    ['States.JsonMerge($.o, $.o, true)', 'shallow'],
    ['States.JsonMerge($.o, $.a, false)', 'argument 2 must be a JSON object'],
    ['States.MathRandom(2, 2)', 'less than the end'],
    ["States.StringToJson('{')", 'not valid JSON'],
  ]
  for (const [text, message] of failures) {
    it(`fails ${text}`, () => {
      expect(() => call(text))
        .to.throw(StateError, message)
        .with.property('error', 'States.IntrinsicFailure')
    })
  }

  it('make ranges of at most a thousand', () => {
    expect(call('States.ArrayRange(1, 1000, 1)')).to.have.length(1000)
    expect(() => call('States.ArrayRange(1, 1001, 1)')).to.throw('at most 1000 elements')
  })

  const nested = `${'States.Array('.repeat(11)}1${')'.repeat(11)}`
  for (const text of [
    'States.Nope()',
    'States.toString()',
    'States.Array',
    'States.Array(',
    'States.Array(1',
    'States.Array(1) x',
    'States.Array(x)',
    "States.Array('x)",
    "States.Array('\\q')",
    "States.Array('\\",
    'States.Array($.)',
    'States.UUID(1)',
    'States.Hash(1)',
    nested,
  ]) {
    it(`refuses ${text}`, () => expect(() => compileIntrinsic(text)).to.throw(IntrinsicSyntaxError))
  }

  it('are told from paths by their name', () =>
    expect(['States.UUID()', '$.a'].map(isIntrinsic)).to.deep.equal([true, false]))
})
