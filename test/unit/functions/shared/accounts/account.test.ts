import { expect } from 'chai'
import { maySee } from '../../../../../functions/shared/accounts/account.ts'

const bob = { username: 'bob', roles: ['painters'], permissions: ['checkpoint:all'] }

describe('What an account may see', () => {
  const cases: [string[], boolean][] = [
    [[], true],
    [['*'], true],
    [['bob'], true],
    [['others', 'painters'], true],
    [['others'], false],
    [['painter'], false],
  ]
  for (const [allowed, expected] of cases) {
    it(`is ${expected ? '' : 'not '}what is shared with ${JSON.stringify(allowed)}`, () => {
      expect(maySee(bob, allowed)).to.equal(expected)
    })
  }

  it('is everything for who manages users', () => {
    expect(maySee({ ...bob, permissions: ['user:all'] }, ['others'])).to.equal(true)
  })
})
