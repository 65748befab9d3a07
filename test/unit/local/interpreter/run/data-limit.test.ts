import { expect } from 'chai'
import { DATA_LIMIT, exceedsDataLimit } from '../../../../../local/interpreter/run/data-limit.ts'

describe('the data limit', () => {
  it('counts UTF-8 bytes, not characters', () => {
    expect(exceedsDataLimit('x'.repeat(DATA_LIMIT))).to.equal(false)
    expect(exceedsDataLimit('x'.repeat(DATA_LIMIT + 1))).to.equal(true)
    expect(exceedsDataLimit('ü'.repeat(DATA_LIMIT / 2))).to.equal(false)
    expect(exceedsDataLimit('ü'.repeat(DATA_LIMIT / 2 + 1))).to.equal(true)
    expect(exceedsDataLimit('x')).to.equal(false)
  })
})
