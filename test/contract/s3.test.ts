import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect } from 'chai'
import { type S3TestServer, startS3Server } from '../support/s3-server.ts'

const MIB = 1024 * 1024
const DAY = 24 * 60 * 60 * 1000
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }
const Bucket = 'pictures'

/** A clock that stands still until it is moved. */
const createStillClock = (start: number) => {
  let now = start
  return { now: () => now, setTimer: () => () => undefined, advance: (by: number) => (now += by) }
}

const md5 = (bytes: Buffer | string): string => createHash('md5').update(bytes).digest('hex')

/** What a failing call of the SDK failed with. */
const failureOf = async (
  call: Promise<unknown>,
): Promise<{ name: string; status: number | undefined; message: string }> => {
  const outcome = await call.then(
    () => undefined,
    (error: { name: string; message: string; $metadata?: { httpStatusCode?: number } }) => error,
  )
  expect(outcome, 'the call should have failed').not.to.equal(undefined)
  return { name: outcome!.name, message: outcome!.message, status: outcome!.$metadata?.httpStatusCode }
}

describe('S3 for the AWS SDK', () => {
  let directory: string
  let server: S3TestServer
  let s3: S3Client
  let clock: ReturnType<typeof createStillClock>

  const connect = (): S3Client =>
    new S3Client({ endpoint: server.endpoint, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 })

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'darkroom-s3-'))
    clock = createStillClock(Date.UTC(2026, 0, 1, 12))
    server = await startS3Server({ dataDirectory: directory, clock })
    s3 = connect()
    await server.service.deployBucket({ name: Bucket })
    server.actions.length = 0
  })
  afterEach(async () => {
    s3.destroy()
    await server.stop()
    await rm(directory, { recursive: true })
  })

  const put = (Key: string, Body: string | Buffer = 'hello world') =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  const textOf = async (Key: string, more: object = {}): Promise<string> =>
    (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body!.transformToString()
  const files = () => readdir(join(directory, 'blobs'))

  describe('buckets', () => {
    it('are created, found, listed and deleted', async () => {
      await s3.send(new CreateBucketCommand({ Bucket: 'second' }))
      await s3.send(new HeadBucketCommand({ Bucket: 'second' }))
      const { Buckets } = await s3.send(new ListBucketsCommand({}))
      expect(Buckets!.map((bucket) => bucket.Name)).to.deep.equal([Bucket, 'second'])
      expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).to.equal(undefined)
      await s3.send(new DeleteBucketCommand({ Bucket: 'second' }))
      expect((await failureOf(s3.send(new HeadBucketCommand({ Bucket: 'second' })))).status).to.equal(404)
    })

    it('are not deleted with anything in them', async () => {
      await put('one')
      expect(await failureOf(s3.send(new DeleteBucketCommand({ Bucket })))).to.include({
        name: 'BucketNotEmpty',
        status: 409,
      })
    })

    it('are refused with a name S3 does not take', async () => {
      const failure = await failureOf(s3.send(new CreateBucketCommand({ Bucket: 'Upper_Case' })))
      expect(failure).to.include({ name: 'InvalidBucketName', status: 400 })
    })

    it('answer what the template says of them, and keep their objects through a new deployment', async () => {
      await put('kept')
      await server.service.deployBucket({
        name: Bucket,
        CorsConfiguration: { CorsRules: [{ AllowedMethods: ['PUT'], AllowedOrigins: ['*'], MaxAge: 5 }] },
        LifecycleConfiguration: {
          Rules: [{ Id: 'tidy', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true },
        BucketName: 'ignored',
      })
      const cors = await s3.send(new GetBucketCorsCommand({ Bucket }))
      expect(cors.CORSRules).to.deep.equal([{ AllowedMethods: ['PUT'], AllowedOrigins: ['*'], MaxAgeSeconds: 5 }])
      const lifecycle = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
      expect(lifecycle.Rules![0]!.AbortIncompleteMultipartUpload).to.deep.equal({ DaysAfterInitiation: 1 })
      const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
      expect(encryption.ServerSideEncryptionConfiguration!.Rules).to.have.length(1)
      const access = await s3.send(new GetPublicAccessBlockCommand({ Bucket }))
      expect(access.PublicAccessBlockConfiguration).to.include({ BlockPublicAcls: true, BlockPublicPolicy: false })
      expect(await textOf('kept')).to.equal('hello world')
    })

    it('that ask for versioning are refused at deployment', async () => {
      const deployment = { name: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }
      expect((await failureOf(server.service.deployBucket(deployment))).message).to.contain('versioning')
    })
  })

  describe('objects', () => {
    it('come back with their bytes, headers and metadata', async () => {
      const Key = 'a/../b ü+&=?#%.txt'
      const put = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: 'hello',
          ContentType: 'text/plain',
          CacheControl: 'no-store',
          ContentDisposition: 'inline',
          Metadata: { owner: 'me' },
        }),
      )
      expect(put.ETag).to.equal(`"${md5('hello')}"`)
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
      expect(await got.Body!.transformToString()).to.equal('hello')
      expect(got).to.include({
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        ContentDisposition: 'inline',
        ContentLength: 5,
      })
      expect(got.Metadata).to.deep.equal({ owner: 'me' })
      expect(got.LastModified!.getTime()).to.equal(clock.now())
      expect((await files()).every((name) => /^[0-9a-f]{32}$/.test(name))).to.equal(true)
    })

    it('without bytes are objects too', async () => {
      await put('empty', '')
      expect(await textOf('empty')).to.equal('')
      expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength).to.equal(0)
    })

    it('are streamed in with a checksum trailer, and the framing leaves no trace', async () => {
      const Body = Readable.from([Buffer.alloc(100_000, 'a'), Buffer.alloc(50_000, 'b')])
      const sent = await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: 150_000 }))
      const whole = Buffer.from('a'.repeat(100_000) + 'b'.repeat(50_000))
      const value = Buffer.alloc(4)
      value.writeUInt32BE(crc32(whole))
      expect(sent.ChecksumCRC32).to.equal(value.toString('base64'))
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'streamed' }))
      expect(head.ContentEncoding).to.equal(undefined)
      expect(head.ETag).to.equal(`"${md5(whole)}"`)
    })

    it('replace one another, and the replaced bytes are gone', async () => {
      await put('one', 'first')
      await put('one', 'second')
      expect(await textOf('one')).to.equal('second')
      expect(await files()).to.have.length(1)
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'one' }))
      expect(await files()).to.have.length(0)
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'one' }))
    })

    it('that are missing are named as such', async () => {
      expect(await failureOf(textOf('missing'))).to.include({ name: 'NoSuchKey', status: 404 })
      const elsewhere = s3.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'x' }))
      expect(await failureOf(elsewhere)).to.include({ name: 'NoSuchBucket', status: 404 })
      expect((await failureOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' })))).status).to.equal(404)
    })

    it('are read in ranges', async () => {
      await put('one', '0123456789')
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'one', Range: 'bytes=2-4' }))
      expect(got.$metadata.httpStatusCode).to.equal(206)
      expect(got.ContentRange).to.equal('bytes 2-4/10')
      expect(await got.Body!.transformToString()).to.equal('234')
      expect(await textOf('one', { Range: 'bytes=-2' })).to.equal('89')
      expect(await failureOf(textOf('one', { Range: 'bytes=10-' }))).to.include({ name: 'InvalidRange', status: 416 })
    })

    it('are read under conditions', async () => {
      await put('one')
      const ETag = `"${md5('hello world')}"`
      expect(await textOf('one', { IfMatch: ETag })).to.equal('hello world')
      expect(await failureOf(textOf('one', { IfMatch: '"x"' }))).to.include({ name: 'PreconditionFailed', status: 412 })
      expect((await failureOf(textOf('one', { IfNoneMatch: ETag }))).status).to.equal(304)
    })

    it('are written once only with If-None-Match, also by writers at the same time', async () => {
      const write = (Body: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' }))
      const outcomes = await Promise.allSettled([write('a'), write('b'), write('c')])
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).to.have.length(1)
      expect(await failureOf(write('d'))).to.include({ name: 'PreconditionFailed', status: 412 })
      expect(await files()).to.have.length(1)
    })

    it('answer with the headers the reader asks for', async () => {
      await put('one')
      const got = await s3.send(
        new GetObjectCommand({
          Bucket,
          Key: 'one',
          ResponseContentType: 'x/y',
          ResponseContentDisposition: 'attachment',
        }),
      )
      expect(got).to.include({ ContentType: 'x/y', ContentDisposition: 'attachment' })
    })

    it('are copied with their headers, or with new ones', async () => {
      await s3.send(
        new PutObjectCommand({ Bucket, Key: 'a b', Body: 'x', ContentType: 'text/plain', Metadata: { k: 'v' } }),
      )
      const CopySource = `${Bucket}/a%20b`
      const copy = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }))
      expect(copy.CopyObjectResult!.ETag).to.equal(`"${md5('x')}"`)
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))
      expect(head).to.deep.include({ ContentType: 'text/plain', Metadata: { k: 'v' } })
      await s3.send(
        new CopyObjectCommand({ Bucket, Key: 'a b', CopySource, MetadataDirective: 'REPLACE', ContentType: 'x/y' }),
      )
      const replaced = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b' }))
      expect(replaced).to.deep.include({ ContentType: 'x/y', Metadata: {} })
      const pointless = s3.send(new CopyObjectCommand({ Bucket, Key: 'a b', CopySource }))
      expect(await failureOf(pointless)).to.include({ name: 'InvalidRequest', status: 400 })
      const wrong = s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource, CopySourceIfMatch: '"no"' }))
      expect(await failureOf(wrong)).to.include({ name: 'PreconditionFailed', status: 412 })
    })

    it('are deleted many at once', async () => {
      await Promise.all(['a&b', 'c', 'd'].map((key) => put(key)))
      server.denied.add(`s3:DeleteObject arn:aws:s3:::${Bucket}/d`)
      const Objects = ['a&b', 'c', 'd', 'never'].map((Key) => ({ Key }))
      const result = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
      expect(result.Deleted!.map((item) => item.Key)).to.deep.equal(['a&b', 'c', 'never'])
      expect(result.Errors!.map((item) => [item.Key, item.Code])).to.deep.equal([['d', 'AccessDenied']])
    })

    it('stay whole for a reader while they are replaced', async () => {
      const first = Buffer.alloc(8 * MIB, 1)
      await put('one', first)
      const reading = await s3.send(new GetObjectCommand({ Bucket, Key: 'one' }))
      await put('one', Buffer.alloc(8 * MIB, 2))
      expect(md5(Buffer.from(await reading.Body!.transformToByteArray()))).to.equal(md5(first))
    })
  })

  describe('checksums', () => {
    for (const algorithm of Object.values(ChecksumAlgorithm).filter((name) => /^(CRC|SHA1$|SHA256$)/.test(name))) {
      it(`of ${algorithm} are verified, kept and returned`, async () => {
        const sent = await s3.send(
          new PutObjectCommand({ Bucket, Key: algorithm, Body: 'hello', ChecksumAlgorithm: algorithm }),
        )
        const member = `Checksum${algorithm}` as 'ChecksumCRC32'
        expect(sent[member]).to.be.a('string')
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key: algorithm, ChecksumMode: 'ENABLED' }))
        expect(head[member]).to.equal(sent[member])
        expect(head.ChecksumType).to.equal('FULL_OBJECT')
        const attributes = await s3.send(
          new GetObjectAttributesCommand({
            Bucket,
            Key: algorithm,
            ObjectAttributes: ['Checksum', 'ObjectSize', 'ETag'],
          }),
        )
        expect(attributes.Checksum![member]).to.equal(sent[member])
        expect(attributes).to.include({ ObjectSize: 5, ETag: md5('hello') })
      })
    }

    it('that do not fit leave no object', async () => {
      const wrong = s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'hello', ChecksumCRC32: 'AAAAAA==' }))
      expect(await failureOf(wrong)).to.include({ name: 'BadDigest', status: 400 })
      const wrongMd5 = s3.send(
        new PutObjectCommand({ Bucket, Key: 'x', Body: 'hello', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      )
      expect(await failureOf(wrongMd5)).to.include({ name: 'BadDigest', status: 400 })
      expect(await files()).to.have.length(0)
    })

    it('are not sent with a range they do not describe', async () => {
      await put('one', '0123456789')
      const got = await s3.send(
        new GetObjectCommand({ Bucket, Key: 'one', Range: 'bytes=0-1', ChecksumMode: 'ENABLED' }),
      )
      expect(got.ChecksumCRC32).to.equal(undefined)
    })

    it('of the payload in x-amz-content-sha256 are verified', async () => {
      const send = (sha256: string) =>
        fetch(`${server.endpoint}/${Bucket}/hashed`, {
          method: 'PUT',
          body: 'hello',
          headers: { 'x-amz-content-sha256': sha256 },
        })
      expect((await send(createHash('sha256').update('hello').digest('hex'))).status).to.equal(200)
      const refused = await send('0'.repeat(64))
      expect(refused.status).to.equal(400)
      expect(await refused.text()).to.contain('<Code>XAmzContentSHA256Mismatch</Code>')
    })

    it('of signed chunks in STREAMING-AWS4-HMAC-SHA256-PAYLOAD are taken off', async () => {
      const body = `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`
      const sent = await fetch(`${server.endpoint}/${Bucket}/signed`, {
        method: 'PUT',
        body,
        headers: {
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
          'x-amz-decoded-content-length': '5',
          'content-encoding': 'aws-chunked,gzip',
        },
      })
      expect(sent.status).to.equal(200)
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'signed' }))
      expect(head).to.include({ ContentEncoding: 'gzip', ContentLength: 5 })
    })
  })

  describe('listings', () => {
    const KEYS = ['a', 'b/1', 'b/2', 'b/c/3', 'd\u{1F600}', 'd\uFF01', 'e f/x']
    beforeEach(() => Promise.all(KEYS.map((key) => put(key))))

    it('come in the order of their bytes, in pages', async () => {
      const found: string[] = []
      for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket })) {
        expect(page.KeyCount).to.be.at.most(2)
        found.push(...page.Contents!.map((item) => item.Key!))
      }
      expect(found).to.deep.equal(['a', 'b/1', 'b/2', 'b/c/3', 'd\uFF01', 'd\u{1F600}', 'e f/x'])
    })

    it('roll up common prefixes and encode names', async () => {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', EncodingType: 'url' }))
      expect(page.CommonPrefixes!.map((item) => item.Prefix)).to.deep.equal(['b/', 'e%20f/'])
      expect(page.Contents!.map((item) => item.Key)).to.deep.equal(['a', 'd%EF%BC%81', 'd%F0%9F%98%80'])
    })

    it('of the first version go on from a marker', async () => {
      const page = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }))
      expect(page).to.include({ IsTruncated: true, NextMarker: 'b/' })
      const next = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: page.NextMarker }))
      expect(next.CommonPrefixes!.map((item) => item.Prefix)).to.deep.equal(['e f/'])
    })

    it('start after a key and refuse a token of somebody else', async () => {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'b/', StartAfter: 'b/1' }))
      expect(page.Contents!.map((item) => item.Key)).to.deep.equal(['b/2', 'b/c/3'])
      const forged = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '!!' }))
      expect(await failureOf(forged)).to.include({ name: 'InvalidArgument', status: 400 })
    })
  })

  describe('multipart uploads', () => {
    const Key = 'large'
    const BIG = Buffer.alloc(5 * MIB, 'x')
    const begin = async (more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> =>
      (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!
    const part = async (
      UploadId: string,
      PartNumber: number,
      Body: Buffer,
      more: object = {},
    ): Promise<CompletedPart> => {
      const sent = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }))
      const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256, ChecksumSHA1, ChecksumCRC64NVME } = sent
      return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256, ChecksumSHA1, ChecksumCRC64NVME }
    }
    const complete = (UploadId: string, Parts: CompletedPart[], more: object = {}) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }))

    it('become one object out of their parts, in order', async () => {
      const upload = await begin({ ContentType: 'x/y', Metadata: { k: 'v' } })
      const second = await part(upload, 2, Buffer.from('tail'))
      const first = await part(upload, 1, BIG)
      const done = await complete(upload, [first, second])
      const etags = [md5(BIG), md5('tail')].map((hex) => Buffer.from(hex, 'hex'))
      expect(done.ETag).to.equal(`"${md5(Buffer.concat(etags))}-2"`)
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
      expect(head).to.deep.include({ ContentLength: 5 * MIB + 4, ContentType: 'x/y', Metadata: { k: 'v' } })
      expect(await textOf(Key, { Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}` })).to.equal('xxta')
      const byPart = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }))
      expect(byPart).to.include({ PartsCount: 2, ContentLength: 4 })
      expect(await byPart.Body!.transformToString()).to.equal('tail')
    })

    it('can be completed again with the same parts, and with no others', async () => {
      const upload = await begin()
      const parts = [await part(upload, 1, Buffer.from('all'))]
      const first = await complete(upload, parts)
      expect((await complete(upload, parts)).ETag).to.equal(first.ETag)
      const others = complete(upload, [{ PartNumber: 1, ETag: '"x"' }])
      expect(await failureOf(others)).to.include({ name: 'NoSuchUpload', status: 404 })
    })

    it('keep the last of the parts with one number, and drop the parts that were not asked for', async () => {
      const upload = await begin()
      await part(upload, 1, Buffer.from('old'))
      const kept = await part(upload, 1, Buffer.from('new'))
      await part(upload, 2, Buffer.from('unused'))
      await complete(upload, [kept])
      expect(await textOf(Key)).to.equal('new')
      expect(await files()).to.have.length(1)
    })

    it('fail for parts that are unknown, out of order or too small, and can then still be completed', async () => {
      const upload = await begin()
      const [first, second] = [await part(upload, 1, Buffer.from('a')), await part(upload, 2, Buffer.from('b'))]
      expect((await failureOf(complete(upload, [second, first]))).name).to.equal('InvalidPartOrder')
      expect((await failureOf(complete(upload, [first, second]))).name).to.equal('EntityTooSmall')
      expect((await failureOf(complete(upload, [{ ...first, ETag: second.ETag }]))).name).to.equal('InvalidPart')
      expect((await failureOf(complete(upload, [{ ...first, PartNumber: 3 }]))).name).to.equal('InvalidPart')
      await complete(upload, [first])
      expect(await textOf(Key)).to.equal('a')
    })

    it('honour If-None-Match at completion', async () => {
      await put(Key)
      const upload = await begin()
      const parts = [await part(upload, 1, Buffer.from('a'))]
      const refused = complete(upload, parts, { IfNoneMatch: '*' })
      expect(await failureOf(refused)).to.include({ name: 'PreconditionFailed', status: 412 })
      expect(await textOf(Key)).to.equal('hello world')
    })

    for (const algorithm of ['CRC32', 'CRC32C', 'SHA256'] as const) {
      it(`have a composite checksum of ${algorithm}`, async () => {
        const upload = await begin({ ChecksumAlgorithm: algorithm })
        const more = { ChecksumAlgorithm: algorithm }
        const parts = [await part(upload, 1, BIG, more), await part(upload, 2, Buffer.from('tail'), more)]
        const done = await complete(upload, parts)
        expect(done.ChecksumType).to.equal('COMPOSITE')
        expect(done[`Checksum${algorithm}`]).to.match(/-2$/)
        const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))
        const second = await begin({ ChecksumAlgorithm: algorithm })
        await part(second, 1, BIG, more)
        expect((await failureOf(complete(second, bare.slice(0, 1)))).message).to.contain('missing for part 1')
        const wrong = [{ ...parts[0]!, [`Checksum${algorithm}`]: parts[1]![`Checksum${algorithm}`] }]
        expect((await failureOf(complete(second, wrong))).name).to.equal('InvalidPart')
      })
    }

    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
      it(`have a full-object checksum of ${algorithm} like that of the object put at once`, async () => {
        const upload = await begin({ ChecksumAlgorithm: algorithm, ChecksumType: 'FULL_OBJECT' })
        const more = { ChecksumAlgorithm: algorithm }
        const parts = [await part(upload, 1, BIG, more), await part(upload, 2, Buffer.from('tail'), more)]
        const member = `Checksum${algorithm}` as const
        const whole = Buffer.concat([BIG, Buffer.from('tail')])
        const single = await s3.send(new PutObjectCommand({ Bucket, Key: 'single', Body: whole, ...more }))
        const wrong = complete(upload, parts, { [member]: parts[0]![member] })
        expect(await failureOf(wrong)).to.include({ name: 'BadDigest', status: 400 })
        const done = await complete(upload, parts, { [member]: single[member] })
        expect(done).to.include({ ChecksumType: 'FULL_OBJECT', [member]: single[member] })
      })
    }

    it('refuse a part with another checksum than they declared', async () => {
      const upload = await begin({ ChecksumAlgorithm: 'SHA256' })
      const failure = await failureOf(part(upload, 1, Buffer.from('a'), { ChecksumAlgorithm: 'CRC32' }))
      expect(failure.message).to.equal(
        'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
      )
    })

    it('take parts from other objects', async () => {
      await put('source', '0123456789')
      const upload = await begin()
      const CopySource = `${Bucket}/source`
      const copied = await s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key,
          UploadId: upload,
          PartNumber: 1,
          CopySource,
          CopySourceRange: 'bytes=3-6',
        }),
      )
      await complete(upload, [{ PartNumber: 1, ETag: copied.CopyPartResult!.ETag }])
      expect(await textOf(Key)).to.equal('3456')
    })

    it('are listed with their parts, and leave nothing when aborted', async () => {
      const [first, second] = [await begin(), await begin()]
      await part(first, 1, Buffer.from('a'))
      await part(first, 7, Buffer.from('bb'))
      const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }))
      expect(Uploads!.map((upload) => upload.UploadId)).to.have.members([first, second])
      const page = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId: first, MaxParts: 1 }))
      expect(page).to.include({ IsTruncated: true, NextPartNumberMarker: '1' })
      const next = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId: first, PartNumberMarker: '1' }))
      expect(next.Parts!.map((item) => [item.PartNumber, item.Size])).to.deep.equal([[7, 2]])
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: first }))
      expect(await files()).to.have.length(0)
      expect((await failureOf(part(first, 1, Buffer.from('a')))).name).to.equal('NoSuchUpload')
      expect(await files()).to.have.length(0)
    })

    it('stay whole for a reader while they are deleted, and are gone after it', async () => {
      const upload = await begin()
      const parts = await Promise.all([1, 2, 3, 4].map((number) => part(upload, number, Buffer.alloc(5 * MIB, number))))
      await complete(upload, parts)
      const reading = await s3.send(new GetObjectCommand({ Bucket, Key }))
      await s3.send(new DeleteObjectCommand({ Bucket, Key }))
      expect((await reading.Body!.transformToByteArray()).length).to.equal(20 * MIB)
      while ((await files()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    })

    it('are listed in pages', async () => {
      const ids = [await begin(), await begin(), await begin({ Key: 'a/1' }), await begin({ Key: 'a/2' })]
      const found: string[] = []
      let markers = {}
      for (;;) {
        const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1, ...markers }))
        found.push(...page.Uploads!.map((upload) => upload.UploadId!))
        if (!page.IsTruncated) break
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
      expect(found).to.have.members(ids).and.to.have.length(4)
      const rolled = await s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }))
      expect(rolled.CommonPrefixes).to.deep.equal([{ Prefix: 'a/' }])
    })

    it('end by the lifecycle of their bucket', async () => {
      await server.service.deployBucket({
        name: Bucket,
        LifecycleConfiguration: {
          Rules: [{ Id: 'tidy', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
        },
      })
      const created = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      expect(created.AbortDate!.toISOString()).to.equal('2026-01-03T00:00:00.000Z')
      await part(created.UploadId!, 1, Buffer.from('a'))
      clock.advance(1.4 * DAY)
      await server.service.sweep()
      expect(await files()).to.have.length(1)
      clock.advance(0.2 * DAY)
      await server.service.sweep()
      expect(await files()).to.have.length(0)
      expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).to.equal(undefined)
    })
  })

  describe('presigned URLs', () => {
    it('upload and download without a further header', async () => {
      const up = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'p', Metadata: { k: 'v' } }))
      const sent = await fetch(up, { method: 'PUT', body: 'from a browser' })
      expect(sent.status).to.equal(200)
      const down = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'p', ResponseContentType: 'text/x' }))
      const got = await fetch(down)
      expect(await got.text()).to.equal('from a browser')
      expect(got.headers.get('content-type')).to.equal('text/x')
      expect(got.headers.get('x-amz-meta-k')).to.equal('v')
    })

    it('upload the parts of a multipart upload', async () => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'p' }))
      const url = await getSignedUrl(s3, new UploadPartCommand({ Bucket, Key: 'p', UploadId, PartNumber: 1 }))
      const sent = await fetch(url, { method: 'PUT', body: 'part' })
      const Parts = [{ PartNumber: 1, ETag: sent.headers.get('etag')! }]
      await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'p', UploadId, MultipartUpload: { Parts } }))
      expect(await textOf('p')).to.equal('part')
    })
  })

  describe('pages of other origins', () => {
    const preflight = (method: string, origin = 'http://127.0.0.1:3000') =>
      fetch(`${server.endpoint}/${Bucket}/x`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' },
      })

    beforeEach(() =>
      server.service.deployBucket({
        name: Bucket,
        CorsConfiguration: {
          CorsRules: [
            {
              AllowedMethods: ['PUT', 'GET'],
              AllowedOrigins: ['http://127.0.0.1:*'],
              AllowedHeaders: ['*'],
              ExposedHeaders: ['ETag'],
            },
          ],
        },
      }),
    )

    it('are allowed what a rule allows, and nothing else', async () => {
      const allowed = await preflight('PUT')
      expect(allowed.status).to.equal(200)
      expect(allowed.headers.get('access-control-allow-origin')).to.equal('http://127.0.0.1:3000')
      expect(allowed.headers.get('access-control-allow-headers')).to.equal('content-type')
      const refused = await preflight('DELETE')
      expect(refused.status).to.equal(403)
      expect(await refused.text()).to.contain('<Code>AccessForbidden</Code>')
      expect((await preflight('PUT', 'http://evil.example')).status).to.equal(403)
    })

    it('can read answers and errors', async () => {
      const headers = { origin: 'http://127.0.0.1:3000' }
      const missing = await fetch(`${server.endpoint}/${Bucket}/missing`, { headers })
      expect(missing.status).to.equal(404)
      expect(missing.headers.get('access-control-expose-headers')).to.equal('ETag')
    })
  })

  describe('authorisation', () => {
    const actionsOf = async (call: Promise<unknown>): Promise<string[]> => {
      server.actions.length = 0
      await call
      return server.actions.map(({ action, resource }) => `${action} ${resource}`)
    }
    const OBJECT = `arn:aws:s3:::${Bucket}/one`

    it('asks for the action and the resource of the operation', async () => {
      expect(await actionsOf(put('one'))).to.deep.equal([`s3:PutObject ${OBJECT}`])
      expect(await actionsOf(textOf('one'))).to.deep.equal([`s3:GetObject ${OBJECT}`])
      const copying = s3.send(new CopyObjectCommand({ Bucket, Key: 'two', CopySource: `${Bucket}/one` }))
      expect(await actionsOf(copying)).to.deep.equal([
        `s3:GetObject ${OBJECT}`,
        `s3:PutObject arn:aws:s3:::${Bucket}/two`,
      ])
      await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'merges/' }))
      expect(server.actions.at(-1)).to.deep.equal({
        action: 's3:ListBucket',
        resource: `arn:aws:s3:::${Bucket}`,
        context: { 's3:prefix': 'merges/' },
      })
    })

    it('that is refused is AccessDenied and changes nothing', async () => {
      server.denied.add('s3:PutObject')
      const failure = await failureOf(put('one', Buffer.alloc(3 * MIB)))
      expect(failure).to.include({ name: 'AccessDenied', status: 403 })
      expect(failure.message).to.contain('is not authorized to perform: s3:PutObject')
      expect(await files()).to.have.length(0)
    })

    it('hides whether a key exists from who may not list', async () => {
      server.denied.add('s3:ListBucket')
      expect(await failureOf(textOf('missing'))).to.include({ name: 'AccessDenied', status: 403 })
    })
  })

  describe('the protocol', () => {
    it('names an operation that is not implemented', async () => {
      const failure = await failureOf(s3.send(new GetBucketVersioningCommand({ Bucket })))
      expect(failure).to.include({ name: 'NotImplemented', status: 501 })
      expect(failure.message).to.contain('GetBucketVersioning')
    })

    it('answers errors in XML with both request ids', async () => {
      const answer = await fetch(`${server.endpoint}/${Bucket}/missing%26`)
      const id = answer.headers.get('x-amz-request-id')!
      expect(answer.headers.get('content-type')).to.equal('application/xml')
      expect(await answer.text()).to.contain(`<RequestId>${id}</RequestId><HostId>${answer.headers.get('x-amz-id-2')}`)
    })

    it('finds the bucket in the host name', async () => {
      await put('one')
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { host: `${Bucket}.localhost:${server.port}` }
        const request = httpRequest({ host: '127.0.0.1', port: server.port, path: '/one', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        request.on('error', reject).end()
      })
      expect(status).to.equal(200)
    })

    it('leaves nothing of an upload whose sender goes away', async () => {
      const headers = { 'content-length': String(3 * MIB) }
      const path = `/${Bucket}/broken`
      const request = httpRequest({ host: '127.0.0.1', port: server.port, method: 'PUT', path, headers })
      request.on('error', () => undefined)
      await new Promise<void>((resolve) => request.write(Buffer.alloc(2 * MIB), () => resolve()))
      while ((await files()).length === 0) await new Promise((resolve) => setImmediate(resolve))
      request.destroy()
      while ((await files()).length > 0) await new Promise((resolve) => setImmediate(resolve))
      expect((await failureOf(textOf('broken'))).name).to.equal('NoSuchKey')
    })

    it('lets go of the bytes when a reader goes away', async () => {
      await put('one', Buffer.alloc(20 * MIB))
      await new Promise<void>((resolve, reject) => {
        const request = httpRequest(`${server.endpoint}/${Bucket}/one`, (response) => {
          response.once('data', () => {
            response.destroy()
            resolve()
          })
        })
        request.on('error', reject).end()
      })
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'one' }))
      while ((await files()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    })

    it('keeps everything through a restart', async () => {
      await put('one', 'kept')
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'm' }))
      const sent = await s3.send(new UploadPartCommand({ Bucket, Key: 'm', UploadId, PartNumber: 1, Body: 'part' }))
      s3.destroy()
      await server.stop()
      server = await startS3Server({ dataDirectory: directory, clock })
      s3 = connect()
      expect(await textOf('one')).to.equal('kept')
      const Parts = [{ PartNumber: 1, ETag: sent.ETag }]
      await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'm', UploadId, MultipartUpload: { Parts } }))
      expect(await textOf('m')).to.equal('part')
    })
  })
})
