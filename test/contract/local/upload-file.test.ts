import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { systemClock } from '../../../local/clock.ts'
import { createS3Service, type S3Service } from '../../../local/services/s3/create-s3-service.ts'
import { uploadFile } from '../../../local/services/sagemaker/upload-file.ts'
import { type EdgeFixture, failureOf, region, startEdge } from '../../support/edge-fixture.ts'

const MEGABYTE = 2 ** 20
const bucket = 'models'

describe('What SageMaker uploads', () => {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-upload-'))
  const bytes = randomBytes(12 * MEGABYTE)
  const file = join(directory, 'model.safetensors')
  let s3: S3Service
  let edge: EdgeFixture
  let client: S3Client

  before(async () => {
    writeFileSync(file, bytes)
    s3 = await createS3Service({ region, clock: systemClock, dataDirectory: join(directory, 's3') })
    await s3.deployBucket({ name: bucket })
    edge = await startEdge({ services: { s3 } })
    client = new S3Client({ ...edge.client(), forcePathStyle: true })
  })
  after(async () => {
    client.destroy()
    await edge.edge.close()
    await s3.close()
    rmSync(directory, { recursive: true })
  })

  const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
  const upload = (key: string, size: number, partSize?: number) =>
    uploadFile(client, { location: { bucket, key }, content: { file, size } }, partSize)

  const ways: [how: string, size: number, partSize: number | undefined][] = [
    ['from memory', 1_000, undefined],
    ['as a stream', bytes.length, undefined],
    ['in parts', bytes.length, 5 * MEGABYTE],
    ['as nothing', 0, undefined],
  ]
  for (const [how, size, partSize] of ways)
    it(`arrives whole: ${how}`, async () => {
      await upload(how, size, partSize)
      const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: how }))
      expect(hashOf(await Body!.transformToByteArray())).to.equal(hashOf(bytes.subarray(0, size)))
      expect(/-3"$/.test(ETag!)).to.equal(partSize !== undefined)
    })

  it('leaves no parts behind when it fails', async () => {
    // S3 takes no part but the last of less than 5 MiB.
    expect((await failureOf(upload('broken', bytes.length, MEGABYTE))).name).to.equal('EntityTooSmall')
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(Uploads).to.deep.equal([])
  })
})
