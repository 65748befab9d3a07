import '../../support/product-environment.ts'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { handler } from '../../../functions/tasks/check-images/handler.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'
import { jpegFile, pngFile, webpFile } from '../../support/picture-files.ts'

const MANIFEST = 'trainings/t-1/input/dataset.manifest'

describe('The state "Check images" on a real bucket', () => {
  let library: LibraryFixture

  before(async () => {
    library = await startLibrary()
  })
  after(() => library.stop())
  afterEach(() => sinon.restore())

  const put = (Key: string, Body: string | Buffer) =>
    s3.send(new PutObjectCommand({ Bucket: library.bucket, Key, Body }))

  /** Puts the files that have bytes into the bucket, and all of them into the manifest. */
  async function prepare(files: Record<string, string | Buffer | undefined>): Promise<void> {
    const prefix = `s3://${library.bucket}/dataset/corgi/10_corgi/`
    await put(MANIFEST, JSON.stringify([{ prefix }, ...Object.keys(files)]))
    for (const [name, body] of Object.entries(files)) {
      if (body !== undefined) await put(`dataset/corgi/10_corgi/${name}`, body)
    }
  }

  const check = (from = 0, count = 200) => handler({ bucket: library.bucket, key: MANIFEST, from, count })

  it('accepts images that decode, by their content, and captions that are text', async () => {
    const files = {
      'a.png': pngFile(),
      'b.JPG': await jpegFile(),
      'day/c.webp': await webpFile(),
      'really a jpeg.png': await jpegFile(),
      'a.txt': 'a söt corgi',
      'empty.txt': '',
    }
    await prepare(files)
    expect(await check()).to.deep.equal({ checked: 6, refused: [], refusedCount: 0 })
  })

  it('names every other file with its reason, in the order of the list', async () => {
    await prepare({
      'a.png': pngFile().subarray(0, 200),
      'b.png': pngFile(),
      'c.jpg': 'Access denied',
      'd.webp': undefined,
      'e.txt': Buffer.from([0xff, 0xfe, 0x41]),
      'f.txt': 'x'.repeat(64 * 1024 + 1),
      'g.png': '',
      'h.png': Buffer.alloc(32 * 1024 * 1024 + 1),
      'i.txt': undefined,
    })
    expect(await check()).to.deep.equal({
      checked: 9,
      refused: [
        { name: 'a.png', reason: 'truncated' },
        { name: 'c.jpg', reason: 'not a PNG, JPEG or WebP image' },
        { name: 'd.webp', reason: 'not in the bucket' },
        { name: 'e.txt', reason: 'a caption that is not UTF-8 text' },
        { name: 'f.txt', reason: 'a caption of 65537 bytes: give at most 65536' },
        { name: 'g.png', reason: 'empty' },
        { name: 'h.png', reason: '32.1 MB are more than 32 MB' },
        { name: 'i.txt', reason: 'not in the bucket' },
      ],
      refusedCount: 8,
    })
  })

  it('looks at its part of the list only', async () => {
    await prepare({ '0.png': 'x', '1.png': pngFile(), '2.png': 'x', '3.png': 'x', '4.png': 'x' })
    expect(await check(1, 2)).to.deep.include({ checked: 2, refusedCount: 1 })
    expect((await check(1, 2)).refused[0]?.name).to.equal('2.png')
    expect(await check(3, 200)).to.deep.include({ checked: 2, refusedCount: 2 })
    expect(await check(5, 200)).to.deep.equal({ checked: 0, refused: [], refusedCount: 0 })
  })

  it('lists twenty and counts the others', async () => {
    await prepare(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.png`, 'x'])))
    const { refused, refusedCount } = await check()
    expect(refused.map(({ name }) => name)).to.deep.equal(Array.from({ length: 20 }, (_, index) => `${index}.png`))
    expect(refusedCount).to.equal(60)
  })

  it('lists fewer where names are long, so that the state of a hundred batches stays small', async () => {
    const folder = `${'ä'.repeat(120)}/${'ö'.repeat(120)}`
    await prepare(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`${folder}/${index}.png`, undefined])))
    const answer = await check()
    expect(answer.refused).to.have.lengthOf(3)
    expect(answer.refusedCount).to.equal(8)
    expect(Buffer.byteLength(JSON.stringify(answer))).to.be.below(2_100)
  })

  it('lets go of the connection of an object that is too large', async function () {
    this.timeout(20_000)
    const large = Buffer.alloc(64 * 1024 + 1)
    await prepare(Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`${index}.txt`, large])))
    expect(await check()).to.deep.include({ checked: 120, refusedCount: 120 })
  })

  it('blames nobody for what S3 does: the machine tries again', async () => {
    await prepare({ 'a.png': pngFile() })
    const busy = Object.assign(new Error('Please reduce your request rate.'), { name: 'SlowDown' })
    const send = sinon.stub(s3, 'send').callThrough()
    send.withArgs(sinon.match({ input: { Key: 'dataset/corgi/10_corgi/a.png' } })).rejects(busy)
    const failure = await check().catch((error: Error) => error)
    expect(failure).to.include({ name: 'TransientError' })
  })

  it('says so when the list is not there', async () => {
    const failure = await handler({ bucket: library.bucket, key: 'trainings/none', from: 0, count: 1 }).catch(
      (error: Error) => error,
    )
    expect(failure).to.include({
      name: 'InvalidRequest',
      message: 'The manifest s3://library/trainings/none is not there',
    })
  })
})
