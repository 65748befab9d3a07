import { expect } from 'chai'
import { parseCopyRange, parseRange } from '../../../../../../local/services/s3/objects/byte-range.ts'

describe('A Range header', () => {
  const selecting: [string, number, { start: number; end: number }][] = [
    ['bytes=0-4', 10, { start: 0, end: 4 }],
    ['bytes=9-9', 10, { start: 9, end: 9 }],
    ['bytes=5-', 10, { start: 5, end: 9 }],
    ['bytes=5-100', 10, { start: 5, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-30', 10, { start: 0, end: 9 }],
  ]
  for (const [header, size, expected] of selecting) {
    it(`${header} of ${size} bytes selects ${expected.start} to ${expected.end}`, () => {
      expect(parseRange(header, size)).to.deep.equal(expected)
    })
  }

  for (const header of [undefined, 'bytes=', 'bytes=-', 'bytes=4-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=a-b']) {
    it(`${header} is passed over`, () => {
      expect(parseRange(header, 10)).to.equal(undefined)
    })
  }

  for (const [header, size] of [
    ['bytes=10-', 10],
    ['bytes=10-12', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
  ] as const) {
    it(`${header} of ${size} bytes cannot be satisfied`, () => {
      expect(() => parseRange(header, size))
        .to.throw()
        .with.property('code', 'InvalidRange')
    })
  }
})

describe('The range of a part copy', () => {
  it('is read when it lies within the source', () => {
    expect(parseCopyRange('bytes=2-9', 10)).to.deep.equal({ start: 2, end: 9 })
  })

  for (const header of ['bytes=2-10', 'bytes=2-', 'bytes=-2', 'bytes=3-2', '2-3']) {
    it(`is refused as ${header}`, () => {
      expect(() => parseCopyRange(header, 10))
        .to.throw()
        .with.property('code', 'InvalidArgument')
    })
  }
})
