import { createHash } from 'node:crypto'
import { expect } from 'chai'
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumTraits,
  combineChecksums,
} from '../../../../../../local/services/s3/checksums/checksum-algorithms.ts'

const checksumOf = (algorithm: ChecksumAlgorithm, ...pieces: Buffer[]): Buffer => {
  const running = checksumTraits(algorithm).start()
  for (const piece of pieces) running.update(piece)
  return running.digest()
}

/** Bytes that repeat nowhere within a test. */
const bytes = (length: number, seed: number): Buffer => {
  const block = Buffer.alloc(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    block[i] = state >>> 16
  }
  return block
}

describe('Checksum algorithms', () => {
  const published: Record<ChecksumAlgorithm, string> = {
    CRC32: 'cbf43926',
    CRC32C: 'e3069283',
    CRC64NVME: 'ae8b14860a799888',
    SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
    SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  }
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    it(`computes the published ${algorithm} of the check string`, () => {
      expect(checksumOf(algorithm, Buffer.from('123456789')).toString('hex')).to.equal(published[algorithm])
    })

    it(`computes the same ${algorithm} however the bytes are cut`, () => {
      const whole = bytes(1000, 7)
      const cut = checksumOf(algorithm, whole.subarray(0, 3), whole.subarray(3, 500), whole.subarray(500))
      expect(cut.toString('hex')).to.equal(checksumOf(algorithm, whole).toString('hex'))
    })
  }

  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
    it(`combines the ${algorithm} of parts into that of the whole`, () => {
      const parts = [bytes(700, 1), bytes(700, 2), Buffer.alloc(0), bytes(13, 3)]
      const pieces = parts.map((part) => ({ value: checksumOf(algorithm, part).toString('base64'), size: part.length }))
      const whole = checksumOf(algorithm, Buffer.concat(parts)).toString('base64')
      expect(combineChecksums(algorithm, 'FULL_OBJECT', pieces)).to.equal(whole)
    })
  }

  it('makes a composite checksum from the digests of the parts and their number', () => {
    const parts = [bytes(10, 1), bytes(20, 2)]
    const pieces = parts.map((part) => ({ value: checksumOf('SHA256', part).toString('base64'), size: part.length }))
    const digests = Buffer.concat(parts.map((part) => createHash('sha256').update(part).digest()))
    const expected = `${createHash('sha256').update(digests).digest('base64')}-2`
    expect(combineChecksums('SHA256', 'COMPOSITE', pieces)).to.equal(expected)
  })

  it('combines the largest possible number of parts within a second', () => {
    const pieces = Array.from({ length: 10_000 }, (_, at) => ({
      value: checksumOf('CRC64NVME', bytes(8, at)).toString('base64'),
      size: 5 * 1024 * 1024,
    }))
    const start = performance.now()
    combineChecksums('CRC64NVME', 'FULL_OBJECT', pieces)
    expect(performance.now() - start).to.be.below(1000)
  })
})
