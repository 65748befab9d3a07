import { expect } from 'chai'
import type { MergeRequest } from '../../../../../functions/shared/merges/merge-record.ts'
import { adviceFor } from '../../../../../functions/subscribers/announce/advice.ts'
import { durationInWords, sizeInWords } from '../../../../../functions/subscribers/announce/in-words.ts'
import { mergeInWords } from '../../../../../functions/subscribers/announce/merge-in-words.ts'
import { safeMessage, safeSubject } from '../../../../../functions/subscribers/announce/send-story.ts'

const names = { primary: 'a', secondary: 'b', tertiary: 'c' }
const request = (more: Partial<MergeRequest>): MergeRequest => ({ method: 'weighted-sum', primary: 'x', ...more })

describe('A merge in words', () => {
  const cases: [Partial<MergeRequest>, string][] = [
    [{ multiplier: 0.9 }, '0.1 × a + 0.9 × b'],
    [{}, '0.7 × a + 0.3 × b'],
    [{ multiplier: 0 }, '1 × a + 0 × b'],
    [{ method: 'add-difference', multiplier: 0.5 }, 'a + 0.5 × (b − c)'],
    [{ method: 'none', precision: 'half' }, 'a, tensor by tensor, in half precision'],
    [{ discardWeights: '^loss' }, '0.7 × a + 0.3 × b, without the tensors that match ^loss'],
  ]
  for (const [more, words] of cases) {
    it(`is ${words}`, () => expect(mergeInWords(request(more), names)).to.equal(words))
  }

  it('names the VAE, and does not fail on a method that an old record may have', () => {
    expect(mergeInWords(request({}), { ...names, bakeInVae: 'v' })).to.contain('with the VAE v baked in')
    expect(mergeInWords({ primary: 'x' } as MergeRequest, names)).to.equal('a')
  })
})

describe('Sizes and times in words', () => {
  it('have a unit that people use', () => {
    const sizes = [0, 999, 1000, 30_400_000, 2_132_696_762, 5e15].map(sizeInWords)
    expect(sizes).to.deep.equal(['0 bytes', '999 bytes', '1.00 kB', '30.40 MB', '2.13 GB', '5000.00 TB'])
  })

  it('say how long something took', () => {
    const from = Date.parse('2026-01-01T00:00:00Z')
    const took = (ms: number) => durationInWords(new Date(from).toISOString(), new Date(from + ms).toISOString())
    expect([0, 450, 42_500, 59_960, 60_000, 200_000, 3_900_000, -5].map(took)).to.deep.equal([
      '0 s',
      '0.5 s',
      '42.5 s',
      '60 s',
      '1 min 0 s',
      '3 min 20 s',
      '1 h 5 min',
      '0 s',
    ])
  })
})

describe('A subject', () => {
  it('is printable ASCII on one line of at most 100 characters', () => {
    expect(safeSubject('Merge "café\r\nBcc: x" succeeded')).to.equal('Merge "caf?Bcc: x" succeeded')
    expect(safeSubject('x'.repeat(101))).to.equal(`${'x'.repeat(97)}...`)
    expect(safeSubject('x'.repeat(100))).to.equal('x'.repeat(100))
  })

  it('comes with a body that has no half of a character in it', () => {
    const body = `${'🦊'.repeat(2)} cut: ${'🦊'.slice(0, 1)}`
    expect(safeMessage(body)).to.equal('🦊🦊 cut: \ufffd')
    expect(() => encodeURIComponent(safeMessage(body))).not.to.throw()
  })
})

describe('Advice', () => {
  it('is there for a name nobody thought of', () => {
    for (const name of ['States.Runtime', 'constructor', '']) {
      expect(adviceFor(name).next).to.contain('tell the operator')
    }
  })
})
