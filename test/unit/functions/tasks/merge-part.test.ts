import { randomBytes } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { s3 } from '../../../../functions/shared/aws/s3.ts'
import { mergeStoredPart } from '../../../../functions/tasks/merge-part/merge-part.ts'
import { verifyCheckpoint } from '../../../../functions/tasks/verify-checkpoint/verify-checkpoint.ts'
import { buildCheckpoint } from '../../../support/build-checkpoint.ts'
import { type MergeLibrary, startMergeLibrary } from '../../../support/merge-library.ts'
import { mergeFiles } from '../../../support/run-merge.ts'

const ROWS = 2900
const PART = 5 * 1024 * 1024

/** 11 MiB of any bits, so that the output has three parts of the smallest size. */
function bigCheckpoint(): Buffer {
  const text = `{"model.w":{"dtype":"F16","shape":[${ROWS},2000],"data_offsets":[0,${ROWS * 4000}]}}`
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, Buffer.from(text), randomBytes(ROWS * 4000)])
}

const request = { method: 'weighted-sum', multiplier: 0.3, primary: 'a', secondary: 'b' }
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  )

describe('mergeStoredPart and verifyCheckpoint', () => {
  let library: MergeLibrary
  const primary = bigCheckpoint()
  const secondary = bigCheckpoint()
  const small = (seed: number) => buildCheckpoint({ tensors: [{ name: 'model.w', dtype: 'F16', shape: [9] }], seed })

  before(async () => {
    library = await startMergeLibrary()
    await library.add('a', { name: 'a.safetensors', bytes: primary })
    await library.add('b', { name: 'b.safetensors', bytes: secondary })
    await library.add('c', { name: 'c.safetensors', bytes: small(3) })
    await library.add('d', { name: 'd.safetensors', bytes: small(4) })
  })

  after(() => library.stop())

  it('merges part by part what the same plan gives in memory, and S3 holds what the parts add up to', async () => {
    const { planned, parts } = await library.merge('whole', { ...request, name: 'whole' })
    expect(parts.map(({ PartNumber }) => PartNumber)).to.deep.equal([1, 2, 3])
    const verified = await verifyCheckpoint({ ...planned, parts: parts.reverse() })
    expect(verified).to.include({ size: planned.output.size, tensors: 1 })
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'library', Key: planned.output.key }))
    const stored = Buffer.from(await Body!.transformToByteArray())
    const { output } = await mergeFiles({ primary, secondary }, { multiplier: 0.3 })
    expect(stored.subarray(-ROWS * 4000).equals(output.subarray(-ROWS * 4000))).to.equal(true)
    expect(stored.length).to.be.greaterThan(2 * PART)
  })

  it('fails with VerificationFailed when a part is missing, has another checksum, or the object is not there', async () => {
    const { planned, parts } = await library.merge('checked', { ...request, name: 'checked' })
    const [first, second, third] = parts
    const without = await failureOf(verifyCheckpoint({ ...planned, parts: [first!, third!] }))
    const twice = await failureOf(verifyCheckpoint({ ...planned, parts: [first!, first!, third!] }))
    const wrong = await failureOf(
      verifyCheckpoint({ ...planned, parts: [first!, { ...second!, ChecksumCRC32: 'AAAAAA==' }, third!] }),
    )
    const gone = await failureOf(
      verifyCheckpoint({ ...planned, output: { ...planned.output, key: 'elsewhere' }, parts }),
    )
    expect([without, twice, wrong, gone].map(({ name }) => name)).to.deep.equal(Array(4).fill('VerificationFailed'))
    expect([without, twice, wrong, gone].map(({ message }) => message.split(' ').slice(1, 4).join(' '))).to.deep.equal([
      'number of parts',
      'part number of',
      'CRC-32 of the',
      'merged file s3://library/elsewhere',
    ])
  })

  it('fails with InputChanged when an input was replaced after planning', async () => {
    const planned = await library.plan('replaced', { ...request, name: 'replaced', primary: 'c', secondary: 'd' })
    const uploadId = await library.startUpload(planned.output)
    const Key = 'Stable-diffusion/checkpoint/custom/d/d.safetensors'
    await s3.send(new PutObjectCommand({ Bucket: 'library', Key, Body: small(8) }))
    const error = await failureOf(mergeStoredPart({ ...planned, uploadId, partNumber: 1 }))
    expect([error.name, error.message]).to.deep.equal([
      'InputChanged',
      'd.safetensors was replaced after the merge was planned; start the merge again',
    ])
  })

  it('fails with PlanMismatch when the plan is another one or gone', async () => {
    const planned = await library.plan('mismatch', { ...request, name: 'mismatch' })
    const event = { ...planned, uploadId: 'none', partNumber: 1 }
    const other = await failureOf(mergeStoredPart({ ...event, plan: { ...planned.plan, sha256: '0'.repeat(64) } }))
    const gone = await failureOf(
      mergeStoredPart({ ...event, plan: { ...planned.plan, key: 'nowhere', sha256: '1'.repeat(64) } }),
    )
    expect([other.name, gone.name]).to.deep.equal(['PlanMismatch', 'PlanMismatch'])
    expect(gone.message).to.match(/is gone/)
  })
})
