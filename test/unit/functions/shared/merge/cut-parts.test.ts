import { expect } from 'chai'
import { cutParts, rangeOfPart } from '../../../../../functions/shared/merge/cut-parts.ts'

const MIB = 1024 * 1024

describe('cutParts', () => {
  const cases: [
    title: string,
    size: number,
    options: Parameters<typeof cutParts>[1],
    partSize: number,
    parts: number,
  ][] = [
    ['32 parts where nothing is asked', 32 * 10 * MIB, {}, 10 * MIB, 32],
    ['no part under 5 MiB', 30 * MIB, {}, 5 * MIB, 6],
    ['no part over 64 MiB', 6617 * MIB, {}, 64 * MIB, 104],
    ['one part where one is asked and it fits', 40 * MIB, { parts: 1 }, 40 * MIB, 1],
    ['more parts than asked where they would be too large', 129 * MIB, { parts: 1 }, 64 * MIB, 3],
    ['a whole number of pages', 100 * MIB + 8, { parts: 7 }, 14983168, 7],
    ['tiny parts for tests', 100_000, { parts: 7, smallestPart: 1 }, 16384, 7],
    ['one part of a file with no data', 16, {}, 5 * MIB, 1],
  ]
  for (const [title, size, options, partSize, parts] of cases) {
    it(`gives ${title}`, () => {
      expect(cutParts(size, options)).to.deep.equal({ partSize, parts })
    })
  }

  it('covers the output without gap or overlap', () => {
    const size = 123_456_789
    const { partSize, parts } = cutParts(size, { parts: 9 })
    const ranges = Array.from({ length: parts }, (_, index) => rangeOfPart({ size, partSize }, index + 1))
    expect(ranges[0]?.begin).to.equal(0)
    expect(ranges.at(-1)?.end).to.equal(size)
    expect(ranges.slice(1).every(({ begin }, index) => begin === ranges[index]?.end)).to.equal(true)
  })

  it('refuses more than S3 takes', () => {
    expect(() => cutParts(10_001 * 64 * MIB)).to.throw(/more than 10000 parts/)
  })
})
