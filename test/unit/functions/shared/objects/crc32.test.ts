import { expect } from 'chai'
import { combineCrc, crcFromBase64, crcOf, crcToBase64 } from '../../../../../functions/shared/objects/crc32.ts'

const bytes = Buffer.from('The quick brown fox jumps over the lazy dog')

describe('combineCrc', () => {
  it('gives the checksum of the whole from the checksums of its parts, wherever it is cut', () => {
    expect(crcOf(bytes)).to.equal(0x414fa339)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const tail = bytes.subarray(cut)
      expect(combineCrc(crcOf(bytes.subarray(0, cut)), crcOf(tail), tail.length)).to.equal(0x414fa339)
    }
  })

  it('does so for long parts', () => {
    const zeros = new Uint8Array(5 * 1024 * 1024 + 3)
    expect(combineCrc(crcOf(bytes), crcOf(zeros), zeros.length)).to.equal(crcOf(Buffer.concat([bytes, zeros])))
  })
})

describe('crcToBase64', () => {
  it('writes checksums as S3 does, and reads them back', () => {
    expect(crcToBase64(0x414fa339)).to.equal('QU+jOQ==')
    expect(crcFromBase64('QU+jOQ==')).to.equal(0x414fa339)
    expect(crcFromBase64('QU+j')).to.equal(undefined)
  })
})
