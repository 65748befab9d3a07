import { expect } from 'chai'
import * as member from '../../../../../../local/services/states/wire/members.ts'
import {
  flag,
  list,
  number,
  oneOf,
  required,
  SerializationError,
  type Shape,
  structure,
  text,
} from '../../../../../../local/services/states/wire/shapes.ts'

function problemsOf(shape: Shape<unknown>, value: unknown): string[] {
  const problems: string[] = []
  shape.check(value, '', problems)
  return problems
}

const said = (value: string, path: string, rule: string): string =>
  `Value ${value} at '${path}' failed to satisfy constraint: Member must ${rule}`

describe('The shape of a request', () => {
  const cases: [string, Shape<unknown>, unknown, string[]][] = [
    ['a missing member', structure({ name: required(text()) }), {}, [said('null', 'name', 'not be null')]],
    ['a null member', structure({ name: required(text()) }), { name: null }, [said('null', 'name', 'not be null')]],
    ['an optional null', structure({ name: text() }), { name: null }, []],
    ['an unknown member', structure({ name: text() }), { other: 1 }, []],
    [
      'a long text',
      structure({ name: member.name }),
      { name: 'x'.repeat(81) },
      [said(`'${'x'.repeat(81)}'`, 'name', 'have length less than or equal to 80')],
    ],
    [
      'an empty text',
      structure({ name: member.name }),
      { name: '' },
      [said("''", 'name', 'have length greater than or equal to 1')],
    ],
    [
      'a text off the pattern',
      structure({ name: text({ pattern: '^a+$' }) }),
      { name: 'b' },
      [said("'b'", 'name', 'satisfy regular expression pattern: ^a+$')],
    ],
    [
      'a value off the list',
      structure({ level: oneOf('ALL', 'OFF') }),
      { level: 'off' },
      [said("'off'", 'level', 'satisfy enum value set: [ALL, OFF]')],
    ],
    [
      'a number too high',
      structure({ size: number({ max: 10 }) }),
      { size: 11 },
      [said("'11'", 'size', 'have value less than or equal to 10')],
    ],
    [
      'a number too low',
      structure({ size: number({ min: 0 }) }),
      { size: -1 },
      [said("'-1'", 'size', 'have value greater than or equal to 0')],
    ],
    [
      'a nested member',
      structure({ mock: structure({ error: member.name }) }),
      { mock: { error: '' } },
      [said("''", 'mock.error', 'have length greater than or equal to 1')],
    ],
    [
      'a member of a list',
      structure({ tags: member.tags }),
      { tags: [{ key: 'a' }, { key: '' }] },
      [said("''", 'tags.2.member.key', 'have length greater than or equal to 1')],
    ],
    [
      'an empty list',
      structure({ routes: list(text(), { min: 1 }) }),
      { routes: [] },
      [said("'[]'", 'routes', 'have length greater than or equal to 1')],
    ],
    [
      'a long list',
      structure({ routes: list(text(), { max: 1 }) }),
      { routes: ['a', 'b'] },
      [said(`'["a","b"]'`, 'routes', 'have length less than or equal to 1')],
    ],
  ]
  for (const [what, shape, value, problems] of cases)
    it(`${problems.length === 0 ? 'takes' : 'refuses'} ${what}`, () => {
      expect(problemsOf(shape, value)).to.deep.equal(problems)
    })

  const wrongTypes: [Shape<unknown>, unknown][] = [
    [text(), 1],
    [number(), '1'],
    [flag(), 'true'],
    [oneOf('A'), ['A']],
    [list(text()), {}],
    [structure({}), []],
    [structure({}), 'x'],
  ]
  for (const [shape, value] of wrongTypes)
    it(`cannot read ${JSON.stringify(value)} where something else belongs`, () => {
      expect(() => problemsOf(shape, value)).to.throw(SerializationError)
    })

  it('does not show what may be secret', () => {
    const [problem] = problemsOf(structure({ input: member.payload }), { input: 'x'.repeat(262_145) })
    expect(problem).to.equal(
      "Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
    )
  })

  it('collects every violation', () => {
    const shape = structure({ name: required(member.name), size: number({ max: 1 }) })
    expect(problemsOf(shape, { size: 2 })).to.have.length(2)
  })
})
