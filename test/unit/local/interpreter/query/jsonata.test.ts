import { expect } from 'chai'
import jsonata from 'jsonata'
import type { Json } from '../../../../../local/interpreter/contract.ts'
import { compileJsonata, JsonataSyntaxError, unwrapJsonata } from '../../../../../local/interpreter/query/jsonata.ts'
import { type Surroundings, scopeWith } from '../../../../support/interpreter-scope.ts'

const evaluate = async (text: string, data: Json = {}, surroundings: Surroundings = {}): Promise<Json> =>
  compileJsonata(text).evaluate(scopeWith(data, surroundings), 'Output')

const failure = async (text: string, data: Json = {}): Promise<string> => {
  try {
    return `answered ${JSON.stringify(await evaluate(text, data))}`
  } catch (error) {
    return (error as Error).message
  }
}

describe('JSONata', () => {
  const input = { n: 3, s: 'x', t: true, list: [{ a: 1 }, { a: 2 }], one: [1], none: null, o: { deep: { er: 5 } } }
  const answers: readonly (readonly [text: string, value: Json])[] = [
    ['$states.input.n', 3],
    ['$states.input.o.deep.er', 5],
    ['$states.input.none', null],
    ['$states.input.one', [1]],
    ['$states.input.list.a', [1, 2]],
    ['$states.input.list[a = 2].a', 2],
    ['$states.input.n + 1', 4],
    ['$states.input.n - 1', 2],
    ['$states.input.n * 2', 6],
    ['$states.input.n / 2', 1.5],
    ['$states.input.n < 4', true],
    ['$states.input.n <= 2', false],
    ['$states.input.n > 4', false],
    ['$states.input.n >= 3', true],
    ["$states.input.s < 'y'", true],
    ['$states.input.n = 3', true],
    ['$states.input.n != 3', false],
    ['$states.input.o = $states.input.o', true],
    ["$states.input.s & 'y'", 'xy'],
    ["$states.input.n & 'y'", '3y'],
    ['$states.input.t and $states.input.n', true],
    ['$states.input.t or false', true],
    ['$states.input.t and false', false],
    ['$states.input.n = 9 or $states.input.t', true],
    ['$states.input.n or false', true],
    ['false and $states.input.n', false],
    ["$states.input.t ? 'yes' : 'no'", 'yes'],
    ["$states.input.t = false ? 'yes' : 'no'", 'no'],
    ["$states.input.n ? 'yes' : 'no'", 'yes'],
    ['($states.input.n)', 3],
    ['($x := 2; $x * 2)', 4],
    ['$v', 9],
    ['$v.a', 7],
    ['$null', null],
    ['$states.result.r', 1],
    ['$states.errorOutput.Error', 'E'],
    ['$states.context.State.Name', 'S'],
    ["$states.input.missing = 'x'", false],
    ['$count($states.input.missing)', 0],
    ['$map([1,2], function($x) { $x * 2 })', [2, 4]],
    ['{"a": $states.input.n, "b": $states.input.missing}', { a: 3 }],
    ['($states).input.n', 3],
    ['$keys($states)[0]', 'input'],
    ['$count($keys($states))', 4],
    ["$states.input.t ? ($states).input.s : 'no'", 'x'],
    ["$states.input.n = 4 ? 'yes' : $string($states.input.n)", '3'],
    ['$states.input.n in [1,2,3]', true],
    ["$states.input.s <= 'x'", true],
    ['$states.input.n + $count([1])', 4],
    ['$count([1]) + $states.input.n', 4],
    ['($states.input.n; $states.input.s)', 'x'],
    ['$states.input.s.$uppercase($)', 'X'],
    ['$states.input.list[0].a', 1],
    ['$states.input.o.%.n', 3],
    ['$partition([1,2,3], 2)', [[1, 2], [3]]],
    ['$partition(1, 2)', [[1]]],
    ['$range(1, 5, 2)', [1, 3, 5]],
    ['$range(1, 1, 2)', 1],
    ["$hash('a', 'MD5')", '0cc175b9c0f1b6a831c399e269772661'],
    ["$hash({'a': 1})", '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862'],
    ['$random()', 0.5],
    ['$random(7) = $random(7)', true],
    ['$uuid()', '00000000-0000-4000-8000-000000000000'],
    ['$parse(\'{"a": 1}\')', { a: 1 }],
    ['$shuffle([1,2,3,4])', [1, 4, 2, 3]],
    ['$millis()', Date.UTC(2026, 0, 1)],
    ['$now()', '2026-01-01T00:00:00.000Z'],
    ["$now('[Y0001]')", '2026'],
  ]
  for (const [text, value] of answers) {
    it(`evaluates ${text}`, async () => {
      const variables = text.startsWith('$v.') ? { v: { a: 7 } } : { v: 9, null: null }
      const context = { State: { Name: 'S' } }
      expect(
        await evaluate(text, input, { variables, context, result: { r: 1 }, errorOutput: { Error: 'E' } }),
      ).to.deep.equal(value)
    })
  }

  it('answers plain JSON, without the marks of the library', async () => {
    const answer = (await evaluate('[$states.input.list.a, {"x": 1}]', input)) as Json[]
    expect(Object.getOwnPropertyNames(answer)).to.deep.equal(['0', '1', '2', 'length'])
    expect(Object.getPrototypeOf(answer[2])).to.equal(Object.prototype)
  })

  const failures: readonly (readonly [text: string, end: string])[] = [
    ['$nope', 'returned nothing (undefined).'],
    ['$states.input.n = 2 ? 5', 'returned nothing (undefined).'],
    ['$', 'returned nothing (undefined).'],
    ["$parse('1e999')", 'returned an unsupported result type.'],
    [
      "$states.input.n < 'x'",
      'threw an error during evaluation. T2009: The values 1 and "x" either side of operator "<" must be of the same data type',
    ],
    [
      "$states.input.n - 'x'",
      'threw an error during evaluation. T2002: The right side of the "-" operator must evaluate to a number',
    ],
    ['$nope.a', 'returned nothing (undefined).'],
    ['$states.input.nope', 'returned nothing (undefined).'],
    ['$states.input.n.a.b', 'returned nothing (undefined).'],
    ['function($x) { $x }', 'returned an unsupported result type.'],
    ['$sum', 'returned an unsupported result type.'],
    ["$eval('1')", 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ["$hash('a', 'X')", 'threw an error during evaluation. Unknown hash algorithm X'],
  ]
  for (const [text, end] of failures) {
    it(`blames ${text}`, async () => {
      expect(await failure(text, { n: 1 })).to.equal(
        `The JSONata expression '${text}' specified for the field 'Output' ${end}`,
      )
    })
  }

  it('blames a text that cannot be parsed, in the words of the engine', async () => {
    expect(await failure("$parse('{')")).to.match(/threw an error during evaluation\. .*JSON/)
  })

  it('answers an empty range as an empty list', async () => {
    expect(await evaluate('$range(1, 5, 0)')).to.deep.equal([])
  })

  it('refuses what is no JSONata', () => expect(() => compileJsonata('1 +')).to.throw(JsonataSyntaxError))

  it('finds the expression between the percent signs', () => {
    expect(['{% 1 %}', '{%1%}', ' {% 1 %}', 'x', '{%\n$a\n%}'].map(unwrapJsonata)).to.deep.equal([
      '1',
      '1',
      undefined,
      undefined,
      '$a',
    ])
  })

  it('keeps a property called __proto__ a property', async () => {
    const answer = await evaluate('$merge([$states.input])', JSON.parse('{"__proto__": 1, "a": 2}'))
    expect(JSON.stringify(answer)).to.contain('"a":2')
  })

  it('copies $states when all of it is asked for', async () => {
    const states = (await evaluate('$states', { n: 1 }, { context: { State: { Name: 'S' } } })) as Record<string, Json>
    expect(states).to.deep.equal({ input: { n: 1 }, context: { State: { Name: 'S' } } })
    expect(Object.getOwnPropertyDescriptor(states, 'context')).to.have.property('value')
  })

  it('answers at once what the library would answer', async () => {
    const variables = {
      n: 3,
      s: 'x',
      t: true,
      f: false,
      none: null,
      list: [1, 2],
      one: [[5]],
      empty: [],
      o: { a: { b: [{ c: 1 }] }, e: {} },
    }
    const operands = [
      '$n',
      '$s',
      '$t',
      '$f',
      '$none',
      '$list',
      '$o.a',
      '$o.e',
      '$o.nope',
      '$empty',
      '$one',
      '5',
      "'x'",
      'true',
      'null',
    ]
    const operators = ['=', '!=', '<', '<=', '>', '>=', '+', '-', '*', '&', 'and', 'or']
    const pairs = operands.flatMap((left) =>
      operators.flatMap((operator) => operands.map((right) => `${left} ${operator} ${right}`)),
    )
    const paths = [
      '$o',
      '$o.a',
      '$o.a.b',
      '$o.a.b.c',
      '$list',
      '$one',
      '$empty',
      '$n.x',
      '$none',
      '$states.input.deep.er',
      '$t ? $list : $n',
      '$f ? $list',
      '($o.a)',
    ]
    const input = { deep: { er: [1] } }
    for (const text of [...pairs, ...paths]) {
      const expected = await jsonata(text)
        .evaluate(undefined, { ...variables, states: { input } })
        .then(
          (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value)),
          () => 'failure',
        )
      const actual = await Promise.resolve()
        .then(() => compileJsonata(text).evaluate(scopeWith(input, { variables }), 'Output'))
        .then(
          (value) => JSON.stringify(value),
          (error: Error) => (error.message.includes('returned nothing') ? 'nothing' : 'failure'),
        )
      expect(actual, text).to.equal(expected)
    }
  })

  it('waits for the library only where it must', () => {
    const scope = scopeWith(input, { variables: { v: 9 } })
    expect(compileJsonata('$states.input.n + $v').evaluate(scope, 'Output')).to.equal(12)
    expect(compileJsonata('$sum([1])').evaluate(scope, 'Output')).to.be.a('promise')
  })
})
