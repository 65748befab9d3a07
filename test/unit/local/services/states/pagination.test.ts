import { expect } from 'chai'
import { decodeToken, encodeToken, pageOf, pageSize } from '../../../../../local/services/states/pagination.ts'

const letters = ['a', 'b', 'c', 'd', 'e']

describe('Pages of a list', () => {
  it('follow each other without a gap, and the last one has no token', () => {
    const first = pageOf(letters, { maxResults: 2 }, 'letters')
    const second = pageOf(letters, { maxResults: 2, nextToken: first.nextToken }, 'letters')
    const third = pageOf(letters, { maxResults: 2, nextToken: second.nextToken }, 'letters')
    expect([first, second, third].map(({ items }) => items)).to.deep.equal([['a', 'b'], ['c', 'd'], ['e']])
    expect(third).not.to.have.property('nextToken')
  })

  it('end exactly with the list when it fills the last page', () => {
    expect(pageOf(letters, { maxResults: 5 }, 'letters')).to.deep.equal({ items: letters })
  })

  it('have a hundred entries when none or zero is asked for', () => {
    expect([pageSize({}), pageSize({ maxResults: 0 }), pageSize({ maxResults: 7 })]).to.deep.equal([100, 100, 7])
  })

  for (const token of ['InvalidToken', '', 'W10', Buffer.from('["x","2"]').toString('base64url')])
    it(`refuse the token ${JSON.stringify(token)}`, () => {
      expect(() => decodeToken('letters', token)).to.throw("Invalid Token: 'Invalid token'")
    })

  it('refuse a token of another list', () => {
    expect(() => decodeToken('numbers', encodeToken('letters', '2'))).to.throw('Invalid Token')
    expect(decodeToken('letters', encodeToken('letters', '2'))).to.equal('2')
  })
})
