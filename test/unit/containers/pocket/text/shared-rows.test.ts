import { expect } from 'chai'
import { findSharedRows, freeTokens, newWords } from '../../../../../containers/pocket/text/shared-rows.ts'

describe('rows of the word table', () => {
  it('are taken by the words that nobody taught, once each', () => {
    expect(newWords(['a sks ball on blue', 'the sks (TOY:1.2), red sphere'])).deep.equal(['sks', 'toy'])
  })

  it('are shared by words of the same hash, and not by a word with itself', () => {
    expect(findSharedRows(['sks', 'coz'], ['toy', 'sks', 'coz'])).deep.equal([['coz', 'toy']])
  })

  it('leave tokens free that no other word shares', () => {
    const tokens = freeTokens(['sks', 'toy'])
    expect(tokens).length(3).not.include('sks')
    expect(findSharedRows(tokens, ['sks', 'toy', ...tokens])).deep.equal([])
  })
})
