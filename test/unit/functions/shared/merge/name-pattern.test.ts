import { expect } from 'chai'
import { InvalidRequestError } from '../../../../../functions/shared/errors.ts'
import { compileNamePattern } from '../../../../../functions/shared/merge/name-pattern.ts'
import { createRandom } from '../../../../support/build-checkpoint.ts'

const NAMES = [
  '',
  'a',
  'aab',
  'abc',
  'model_ema.decay',
  'model.diffusion_model.input_blocks.0.0.weight',
  'cond_stage_model.transformer.text_model.embeddings.position_ids',
  'first_stage_model.encoder.conv_in.bias',
  'é😀',
  'a\nb',
  'x-y]z',
]

const PATTERNS = [
  '',
  'a',
  '^a$',
  'model_ema',
  '^model_ema\\.',
  '\\.weight$',
  'input_blocks\\.(0|1)\\.',
  '^(?:cond|first)_stage',
  'a*b',
  'a+b',
  'ab?c',
  'a{2}',
  'a{1,2}b',
  'a{2,}',
  'a{0}b',
  '[abc]+$',
  '[^abc]',
  '[a-c-]',
  '[]x]',
  '[\\]x]',
  '\\d+\\.\\d',
  '\\w+\\s',
  '\\D$',
  '.',
  '^.$',
  '..',
  '(a|b)*c',
  '(a*)*b',
  '((a))',
  '()',
  'a|',
  '|',
  'a*?b',
  'a+?',
  '(?:a|ab)(?:c|bc)',
  '[.]bias',
  '\\W',
  '^$',
  'x\\-y',
  '(^a|b$)',
  'a{,2}',
  '{',
  'a}',
  'é.',
]

function failureOf(pattern: string): Error {
  try {
    compileNamePattern(pattern, 'discardWeights')
  } catch (error) {
    return error as Error
  }
  throw new Error(`${pattern} was accepted`)
}

describe('compileNamePattern', () => {
  for (const pattern of PATTERNS) {
    it(`finds with ${JSON.stringify(pattern)} what a regular expression finds`, () => {
      const matches = compileNamePattern(pattern, 'discardWeights')
      // In Python, which the pattern's syntax is from, ] as the first character of a class is itself, and {,2} begins at 0.
      const ordinary = new RegExp(pattern.replace('[]', '[\\]').replace('{,', '{0,'))
      for (const name of NAMES) expect(matches(name), name).to.equal(ordinary.test(name))
    })
  }

  it('finds with random patterns what a regular expression finds', () => {
    const random = createRandom(7)
    const pieces = ['a', 'b', '.', 'a*', '(a|b)', '(ab)+', '[ab]', 'b?', '^', '$', '(?:ba){1,2}', '|']
    for (let round = 0; round < 300; round++) {
      const pattern = Array.from({ length: 1 + (random() % 6) }, () => pieces[random() % pieces.length]).join('')
      const matches = compileNamePattern(pattern, 'discardWeights')
      const ordinary = new RegExp(pattern)
      for (let text = 0; text < 10; text++) {
        const name = Array.from({ length: random() % 8 }, () => 'abc'[random() % 3]).join('')
        expect(matches(name), `${pattern} on ${name}`).to.equal(ordinary.test(name))
      }
    }
  })

  for (const pattern of [
    '(?=a)',
    '(?<n>a)',
    '(?i)a',
    '\\1',
    '(a)\\1',
    '\\b',
    '*a',
    'a**',
    '(',
    ')',
    '[a',
    'a\\',
    '[b-a]',
    'a{3,1}',
    'a{101}',
    '((((((((((((((((((((((a))))))))))))))))))))))',
    '((a{99}){99}){99}',
    '^*',
    'x'.repeat(501),
  ]) {
    it(`refuses ${JSON.stringify(pattern.slice(0, 30))}, naming the field`, () => {
      const error = failureOf(pattern)
      expect(error).to.be.instanceOf(InvalidRequestError)
      expect(error.message).to.match(/^discardWeights /)
    })
  }

  it('takes time in proportion to the name where a backtracking engine takes ages', () => {
    const started = process.hrtime.bigint()
    for (const pattern of ['(a*)*$b', '(a|a)*c', '(a|aa)+$', '(.*a){12}c', '([a-z]+)+\\d']) {
      compileNamePattern(pattern, 'discardWeights')('a'.repeat(1000))
    }
    expect(Number(process.hrtime.bigint() - started) / 1e9).to.be.lessThan(5)
  })
})
