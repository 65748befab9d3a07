import { expect } from 'chai'
import { findRoles } from '../../../../../containers/pocket/text/find-roles.ts'
import { parsePrompt } from '../../../../../containers/pocket/text/parse-prompt.ts'
import { placeWords } from '../../../../../containers/pocket/text/place-words.ts'
import { rowOfWord, SPARE_START, TABLE_ROWS } from '../../../../../containers/pocket/text/vocabulary.ts'

const weightsOf = (prompt: string): Record<string, number> =>
  Object.fromEntries(parsePrompt(prompt).map(({ word, weight }) => [word, Number(weight.toFixed(3))]))

const rolesOf = (prompt: string): Record<string, string> => {
  const words = parsePrompt(prompt)
  return Object.fromEntries(findRoles(words).map((role, at) => [words[at]!.word, role]))
}

describe('prompts', () => {
  it('are read without commas, capitals and silent words', () => {
    expect(parsePrompt('A Red circle, on the BLUE').map(({ word }) => word)).deep.equal(['red', 'circle', 'on', 'blue'])
    expect(parsePrompt('')).deep.equal([])
    expect(parsePrompt(' , ,, ')).deep.equal([])
  })

  it('weigh words by brackets as A1111 does', () => {
    expect(weightsOf('(red:1.3) circle')).deep.equal({ red: 1.3, circle: 1 })
    expect(weightsOf('((red)) [circle]')).deep.equal({ red: 1.21, circle: 0.909 })
    expect(weightsOf('(red (blue:1.5) green:1.2)')).deep.equal({ red: 1.2, blue: 1.8, green: 1.2 })
  })

  it('forgive brackets that do not fit', () => {
    expect(weightsOf('((red circle')).deep.equal({ red: 1.21, circle: 1.21 })
    expect(weightsOf('red) ]circle')).deep.equal({ red: 1, circle: 1 })
    expect(weightsOf('\\(red\\)')).deep.equal({ red: 1 })
    expect(weightsOf('(red:99)')).deep.equal({ red: 2 })
  })

  it('say which colour is whose', () => {
    expect(rolesOf('red circle with yellow stripes on blue and white checkers')).include({
      red: 'figure',
      yellow: 'figureDetail',
      blue: 'ground',
      white: 'groundDetail',
    })
    expect(rolesOf('blue background, red circle')).include({ blue: 'ground', red: 'figure' })
    expect(rolesOf('blue background with red circle')).include({ blue: 'ground', red: 'figure' })
    expect(rolesOf('red circle with blue background')).include({ blue: 'ground', red: 'figure' })
    expect(rolesOf('red circle on left, blue background')).include({ red: 'figure', left: 'figure', blue: 'ground' })
  })

  it('are cut off after the last place', () => {
    const words = placeWords(['red '.repeat(50), 'blue'], 24)
    expect(words.places).equal(24)
    expect([...words.weights.subarray(24)]).deep.equal([1, ...new Array(23).fill(0)])
  })

  it('give unknown words spare rows, and synonyms the row of their word', () => {
    expect(rowOfWord('sks')).within(SPARE_START, TABLE_ROWS - 1)
    expect(rowOfWord('sks')).equal(rowOfWord('sks'))
    expect(rowOfWord('ball')).equal(rowOfWord('circle'))
    expect(rowOfWord('blue', 'ground')).not.equal(rowOfWord('blue'))
    expect(rowOfWord('circle', 'ground')).equal(rowOfWord('circle'))
    const roles = (['figure', 'figureDetail', 'ground', 'groundDetail'] as const).map((role) =>
      rowOfWord('dotted', role),
    )
    expect(Math.max(...roles)).lessThan(SPARE_START)
    expect(new Set(roles).size).equal(4)
  })
})
