import { expect } from 'chai'
import { StateError } from '../../../../../local/interpreter/error/state-error.ts'
import { PathSyntaxError } from '../../../../../local/interpreter/query/json-path-parse.ts'
import { compileReference } from '../../../../../local/interpreter/query/payload-template.ts'
import { compileReferencePath } from '../../../../../local/interpreter/query/reference-path.ts'
import { lookupVariable, visibleVariables } from '../../../../../local/interpreter/query/scope.ts'
import { compileTemplate, compileTypedJsonata } from '../../../../../local/interpreter/query/template.ts'
import { scopeWith } from '../../../../support/interpreter-scope.ts'

describe('templates', () => {
  it('are constants when there is no expression in them', () => {
    const value = { a: [1, { b: null }] }
    for (const language of ['JSONPath', 'JSONata'] as const) {
      const template = compileTemplate(value, { language, field: 'Output' })
      expect(template.constant).to.equal(value)
      expect(template.evaluate(scopeWith({}))).to.equal(value)
    }
  })

  it('in JSONPath read the keys that end in .$', () => {
    const template = compileTemplate(
      { 'a.$': '$.x', b: [{ 'c.$': '$v' }, 1], 'd.$': 5, e: { f: 1 } },
      { language: 'JSONPath', field: 'Parameters' },
    )
    expect(template.evaluate(scopeWith({ x: 1 }, { variables: { v: 2 } }))).to.deep.equal({
      a: 1,
      b: [{ c: 2 }, 1],
      'd.$': 5,
      e: { f: 1 },
    })
  })

  it('in JSONata read every string between percent signs, those that take time after the others', async () => {
    const template = compileTemplate(
      ['{% $sum([1,2]) %}', '{% $v %}', { a: '{% $count($states.input) %}', b: 'x', c: 1, d: [] }],
      { language: 'JSONata', field: 'Output' },
    )
    expect(await template.evaluate(scopeWith([1, 2, 3], { variables: { v: 2 } }))).to.deep.equal([
      3,
      2,
      { a: 3, b: 'x', c: 1, d: [] },
    ])
  })

  it('in JSONata name the place of a failing expression', async () => {
    const template = compileTemplate({ list: [{ deep: '{% $nope %}' }] }, { language: 'JSONata', field: 'Output' })
    await Promise.resolve()
      .then(() => template.evaluate(scopeWith({})))
      .then(
        () => expect.fail('it did not fail'),
        (error: StateError) => expect(error.evaluation).to.deep.equal({ location: 'Output/list[0]/deep' }),
      )
  })

  const typed = (text: string, data: unknown = {}) =>
    compileTypedJsonata(text, { field: 'Items', expected: 'array', accepts: Array.isArray }).evaluate(
      scopeWith(data as never),
    )

  it('of a type take what has the type, at once or later', async () => {
    expect(typed('{% $states.input %}', [1])).to.deep.equal([1])
    expect(await typed('{% $append([1], 2) %}')).to.deep.equal([1, 2])
  })

  it('of a type name the type they got', async () => {
    expect(() => typed('{% $states.input %}', null)).to.throw("Expected 'array', but was 'null' for value: null")
    expect(() => typed('{% $states.input %}', 'x')).to.throw("Expected 'array', but was 'string' for value: \"x\"")
    const asArray = compileTypedJsonata('{% $states.input %}', { field: 'F', expected: 'number', accepts: () => false })
    expect(() => asArray.evaluate(scopeWith([1]))).to.throw("but was 'array' for value: [1]")
  })

  it('pass on what is not about paths', () => {
    const broken = compileReference('States.ArrayGetItem($.a, 5)', 'x.$')
    expect(() => broken(scopeWith({ a: [] }))).to.throw(StateError, 'out of bounds')
    const scope = {
      ...scopeWith({}),
      get data(): never {
        throw new RangeError('a bug')
      },
    }
    expect(() => compileReference('$.a', 'x.$')(scope)).to.throw(RangeError, 'a bug')
  })
})

describe('reference paths', () => {
  it('make a copy with the value in its place', () => {
    const document = { a: { b: 1 }, c: [1, 2] }
    expect(compileReferencePath('$.a.x')(document, 5)).to.deep.equal({ a: { b: 1, x: 5 }, c: [1, 2] })
    expect(compileReferencePath('$.c[2]')(document, 5)).to.deep.equal({ a: { b: 1 }, c: [1, 2, 5] })
    expect(compileReferencePath('$')(document, 5)).to.equal(5)
    expect(compileReferencePath('$.new.deep')(document, 5)).to.deep.equal({ ...document, new: { deep: 5 } })
    expect(document).to.deep.equal({ a: { b: 1 }, c: [1, 2] })
  })

  it('set a property called __proto__ as a property', () => {
    expect(JSON.stringify(compileReferencePath("$['__proto__']")({}, 1))).to.equal('{"__proto__":1}')
  })

  it('lead to one place below the input', () => {
    expect(() => compileReferencePath('$.a[*]')).to.throw(PathSyntaxError, 'must identify a single place')
    expect(() => compileReferencePath('$$.a')).to.throw(PathSyntaxError, "must start with '$.'")
  })
})

describe('variables', () => {
  const variables = { own: { a: 1 }, outer: { own: { a: 2, b: 3 }, outer: undefined } }

  it('are looked up from the inside out', () => {
    expect(['a', 'b', 'c'].map((name) => lookupVariable(variables, name))).to.deep.equal([1, 3, undefined])
    expect(visibleVariables(variables)).to.deep.equal({ a: 1, b: 3 })
  })
})
