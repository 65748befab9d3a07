import { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../../../functions/shared/aws/s3.ts'
import { createS3Source, openS3Object } from '../../../../../functions/shared/objects/s3-byte-source.ts'

const object = { name: 'a.safetensors', bucket: 'bucket', key: 'key', size: 100, etag: '"e"' }
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  )
const awsError = (name: string, status: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } })

describe('createS3Source', () => {
  afterEach(() => sinon.restore())

  const answer = (...chunks: string[]) =>
    sinon.stub(s3, 'send').resolves({ Body: Readable.from(chunks.map((chunk) => Buffer.from(chunk))) } as never)
  const read = async (length: number) => {
    const into = new Uint8Array(length)
    await createS3Source(object).read(10, into)
    return Buffer.from(into).toString()
  }

  it('asks for exactly the range, of exactly the object that was planned, and joins the chunks', async () => {
    const send = answer('he', 'll', 'o')
    expect(await read(5)).to.equal('hello')
    const command = send.firstCall.args[0]
    expect(command).to.be.instanceOf(GetObjectCommand)
    expect(command.input).to.deep.equal({ Bucket: 'bucket', Key: 'key', Range: 'bytes=10-14', IfMatch: '"e"' })
  })

  it('asks for nothing when nothing is wanted', async () => {
    const send = answer()
    await read(0)
    expect(send.callCount).to.equal(0)
  })

  it('calls an answer of another length transient', async () => {
    answer('hell')
    const short = await failureOf(read(5))
    sinon.restore()
    answer('hello', '!')
    const long = await failureOf(read(5))
    expect([short.name, long.name]).to.deep.equal(['TransientError', 'TransientError'])
    expect(short.message).to.equal('S3 sent 4 of 5 bytes of a.safetensors')
  })

  const failures: [title: string, error: Error, name: string][] = [
    ['a replaced object', awsError('PreconditionFailed', 412), 'InputChanged'],
    ['a missing object', awsError('NoSuchKey', 404), 'CheckpointNotFound'],
    ['throttling', awsError('SlowDown', 503), 'TransientError'],
    ['a broken connection', Object.assign(new Error('aborted'), { code: 'ECONNRESET' }), 'TransientError'],
    ['a missing permission', awsError('AccessDenied', 403), 'AccessDenied'],
  ]
  for (const [title, error, name] of failures) {
    it(`calls ${title} ${name} and keeps the cause`, async () => {
      sinon.stub(s3, 'send').rejects(error)
      const failure = await failureOf(read(5))
      expect(failure.name).to.equal(name)
      expect(failure === error || failure.cause === error).to.equal(true)
    })
  }

  it('finds out size and ETag, and says so when there is no object', async () => {
    sinon.stub(s3, 'send').resolves({ ContentLength: 7, ETag: '"x"' } as never)
    expect(await openS3Object(object)).to.include({ size: 7, etag: '"x"', name: 'a.safetensors' })
    sinon.restore()
    sinon.stub(s3, 'send').rejects(awsError('NotFound', 404))
    expect((await failureOf(openS3Object(object))).name).to.equal('CheckpointNotFound')
  })
})
