import { expect } from 'chai'
import { secondsToLive } from '../../../../../functions/shared/objects/seconds-to-live.ts'

const now = Date.parse('2026-03-02T10:15:00Z')

describe('The life of a URL for twelve hours', () => {
  const cases: [string, Date | undefined, number][] = [
    ['twelve hours with credentials that name no end', undefined, 43_200],
    ['twelve hours with credentials that live longer', new Date(now + 24 * 3600_000), 43_200],
    ['the life of credentials that end sooner', new Date(now + 90_999), 90],
    ['a second with credentials that are at their end', new Date(now), 1],
  ]
  for (const [what, expiration, seconds] of cases) {
    it(`is ${what}`, () => expect(secondsToLive(expiration, { longest: 43_200, now })).to.equal(seconds))
  }
})
