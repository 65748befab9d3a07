import { expect } from 'chai'
import { BATCH_MEMORY, batchSegments, READ_LIMITS } from '../../../../../functions/shared/merge/batch-reads.ts'
import type { Segment, SourceRange } from '../../../../../functions/shared/merge/cut-segments.ts'
import { createRandom } from '../../../../support/build-checkpoint.ts'

const MIB = 1024 * 1024
const segment = (...ranges: SourceRange[]): Segment => ({ ranges }) as Segment
const range = (input: number, begin: number, length: number): SourceRange => ({ input, begin, end: begin + length })
const readsOf = (segments: Segment[]) =>
  batchSegments(segments).flatMap(({ reads }) => reads.map(({ input, begin, length }) => [input, begin, length]))

describe('batchSegments', () => {
  it('reads neighbours of the same input at once, in any order, across small gaps', () => {
    const near = [segment(range(0, 5000, 100), range(1, 9, 100)), segment(range(0, 1000, 100), range(1, 109, 100))]
    expect(readsOf(near)).to.deep.equal([
      [0, 1000, 4100],
      [1, 9, 200],
    ])
  })

  it('does not read across gaps of more than 256 KiB', () => {
    const gap = READ_LIMITS.gapBytes
    expect(readsOf([segment(range(0, 0, 10)), segment(range(0, 10 + gap, 10))])).to.deep.equal([[0, 0, 20 + gap]])
    expect(readsOf([segment(range(0, 0, 10)), segment(range(0, 11 + gap, 10))])).to.deep.equal([
      [0, 0, 10],
      [0, 11 + gap, 10],
    ])
  })

  it('splits reads at 8 MiB and starts another batch when one is full', () => {
    expect(readsOf([segment(range(0, 7, 10 * MIB))])).to.deep.equal([
      [0, 7, 8 * MIB],
      [0, 7 + 8 * MIB, 2 * MIB],
    ])
    expect(batchSegments([segment(range(0, 0, 8 * MIB)), segment(range(0, 8 * MIB, 8 * MIB))])).to.have.length(2)
  })

  it('keeps within its memory, finds every range, and keeps the alignment of the file, whatever the layout', () => {
    const random = createRandom(3)
    const segments = Array.from({ length: 3000 }, () =>
      segment(
        range(0, random() % (1 << 30), random() % 9000),
        range(1, random() % (1 << 28), random() % 5000),
        range(2, random() % 9_000_000, 8),
      ),
    )
    for (const batch of batchSegments(segments)) {
      expect(batch.memory).to.be.at.most(BATCH_MEMORY)
      for (const { ranges } of batch.segments) {
        for (const wanted of ranges.filter(({ begin, end }) => begin < end)) {
          const at = batch.locate(wanted)
          expect(at % 8).to.equal(wanted.begin % 8)
          const covering = batch.reads.filter(
            ({ input, begin, length, into }) =>
              input === wanted.input &&
              into - begin === at - wanted.begin &&
              begin < wanted.end &&
              begin + length > wanted.begin,
          )
          expect(covering.length).to.be.at.least(1)
        }
      }
      const places = batch.reads.map(({ into, length }) => [into, into + length] as const).sort((a, b) => a[0] - b[0])
      expect(places.every(([begin], index) => index === 0 || begin >= places[index - 1]![1])).to.equal(true)
    }
  })
})
