import { expect } from 'chai'
import { fittingRows } from '../../../../../functions/api/datasets/page-of-reply.ts'

const row = (bytes: number): string => 'x'.repeat(bytes - 2)

describe('The rows of one answer', () => {
  const cases: [string, number[], number][] = [
    ['are none of none', [], 0],
    ['are all that fit', [1_000_000, 2_000_000, 2_000_000], 3],
    ['end before the one that does not fit', [1_000_000, 2_000_000, 2_000_000, 10, 10], 3],
    ['are one at least', [9_000_000, 10], 1],
  ]
  for (const [what, sizes, count] of cases) {
    it(what, () => expect(fittingRows(sizes.map(row))).to.have.lengthOf(count))
  }
})
