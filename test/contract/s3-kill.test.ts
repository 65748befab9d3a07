import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { systemClock } from '../../local/clock.ts'
import { startS3Server } from '../support/s3-server.ts'

const Bucket = 'pictures'
const connect = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })

describe('S3 after kill -9', () => {
  let directory: string
  let child: ChildProcess

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'darkroom-s3-kill-'))
  })
  afterEach(async () => {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true })
  })

  const startChild = async (): Promise<string> => {
    child = spawn(process.execPath, ['--import=tsx', 'test/support/serve-s3-forever.ts', directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    return line.toString().trim()
  }

  const kill = async (): Promise<void> => {
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  const files = () => readdir(join(directory, 'blobs'))

  it('has every object it acknowledged, whole, and nothing of those under way', async () => {
    const endpoint = await startChild()
    const client = connect(endpoint)
    await fetch(`${endpoint}/${Bucket}`, { method: 'PUT' })
    await client.send(new PutObjectCommand({ Bucket, Key: 'before', Body: 'kept' }))
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'upload' }))
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key: 'upload', UploadId, PartNumber: 1, Body: 'part' }),
    )

    const acknowledged: string[] = []
    const writer = (async () => {
      for (let number = 1; ; number++) {
        const Key = `written/${number}`
        await client.send(new PutObjectCommand({ Bucket, Key, Body: Key.repeat(1000) }))
        acknowledged.push(Key)
      }
    })().catch(() => undefined)
    const broken = httpRequest(`${endpoint}/${Bucket}/before`, {
      method: 'PUT',
      headers: { 'content-length': '9000000' },
    })
    broken.on('error', () => undefined).write(Buffer.alloc(3_000_000))
    while (acknowledged.length < 20) await new Promise((resolve) => setImmediate(resolve))
    await kill()
    await writer
    client.destroy()

    const server = await startS3Server({ dataDirectory: directory, clock: systemClock })
    const reader = connect(server.endpoint)
    const textOf = async (Key: string): Promise<string> =>
      (await reader.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()
    try {
      expect(await textOf('before')).to.equal('kept')
      const listed = (await reader.send(new ListObjectsV2Command({ Bucket }))).Contents!.map((item) => item.Key!)
      expect(listed).to.include.members(acknowledged)
      for (const key of listed.filter((name) => name !== 'before')) expect(await textOf(key)).to.equal(key.repeat(1000))
      expect(await files()).to.have.length(listed.length + 1)
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
      await reader.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'upload', UploadId, MultipartUpload }))
      expect(await textOf('upload')).to.equal('part')
    } finally {
      reader.destroy()
      await server.stop()
    }
  })
})
