import { expect } from 'chai'
import { seededRandom, seededUuid } from '../../../../../local/interpreter/run/chance.ts'

describe('seeded chance', () => {
  it('is the same for the same seed and position, and different for others', () => {
    expect(seededRandom('a', 1)).to.equal(seededRandom('a', 1))
    expect(new Set([seededRandom('a', 1), seededRandom('a', 2), seededRandom('b', 1)]).size).to.equal(3)
  })

  it('spreads evenly', () => {
    const numbers = Array.from({ length: 10_000 }, (_, position) => seededRandom('seed', position))
    expect(Math.min(...numbers)).to.be.at.least(0)
    expect(Math.max(...numbers)).to.be.below(1)
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
    expect(mean).to.be.closeTo(0.5, 0.02)
  })

  it('makes version 4 uuids that do not repeat', () => {
    const uuids = Array.from({ length: 5000 }, (_, position) =>
      seededUuid(`seed-${position % 50}`, Math.floor(position / 50)),
    )
    expect(new Set(uuids).size).to.equal(5000)
    for (const uuid of uuids)
      expect(uuid).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
