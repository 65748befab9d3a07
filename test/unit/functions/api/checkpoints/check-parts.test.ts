import { expect } from 'chai'
import { checkPartsAgainstStored, readPartTags } from '../../../../../functions/api/checkpoints/check-parts.ts'

const MiB = 1024 * 1024
const name = 'a.safetensors'
const tag = (PartNumber: number, ETag = `"e${PartNumber}"`) => ({ ETag, PartNumber })
const stored = (PartNumber: number, Size = 5 * MiB) => ({ ...tag(PartNumber), Size })

describe('The parts of an upload', () => {
  it('are sorted by number, however the client sends them', () => {
    const tags = readPartTags([tag(3), tag(1), tag(2)], name)
    expect(tags.map(({ PartNumber }) => PartNumber)).to.deep.equal([1, 2, 3])
  })

  it('may have ETags with or without quotes', () => {
    const tags = [tag(1, 'e1'), tag(2)]
    expect(() => checkPartsAgainstStored(name, tags, [stored(1), stored(2, 1)])).not.to.throw()
  })

  it('need 5 MiB each, but for the last', () => {
    const tags = [tag(1), tag(2), tag(3)]
    const parts = [stored(1), stored(2, 5 * MiB - 1), stored(3, 1)]
    expect(() => checkPartsAgainstStored(name, tags, parts)).to.throw(
      'multi_parts_tags["a.safetensors"]: part 2 has 5242879 bytes: every part but the last needs at least 5 MiB',
    )
  })

  it('are missing as a whole when the client names none for the file', () => {
    expect(() => readPartTags(undefined, name)).to.throw('multi_parts_tags["a.safetensors"] is missing: give a list')
  })

  it('have numbers from 1 to 10000', () => {
    for (const number of [0, 10_001, -1, 1.5]) {
      expect(() => readPartTags([tag(number)], name)).to.throw(`[0].PartNumber is ${number}: give a whole number`)
    }
  })
})
