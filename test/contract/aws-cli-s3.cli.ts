import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { systemClock } from '../../local/clock.ts'
import { type S3TestServer, startS3Server } from '../support/s3-server.ts'

const MIB = 1024 * 1024
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('S3 for the AWS CLI', function () {
  this.timeout(120_000)
  let directory: string
  let server: S3TestServer

  before(async () => {
    const found = spawnSync('aws', ['--version'])
    if (found.error || found.status !== 0)
      throw new Error('The AWS CLI is not on PATH: install awscli to run this test')
    directory = await mkdtemp(join(tmpdir(), 'darkroom-cli-'))
    server = await startS3Server({ dataDirectory: join(directory, 'data'), clock: systemClock })
  })
  after(async () => {
    await server?.stop()
    if (directory) await rm(directory, { recursive: true })
  })

  /** Runs the CLI in the test's own directory and gives what it printed. */
  const aws = async (...args: string[]): Promise<string> => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: join(directory, 'no-config'),
    }
    const options = { cwd: directory, env, maxBuffer: 10 * MIB }
    return (await promisify(execFile)('aws', ['--endpoint-url', server.endpoint, ...args], options)).stdout
  }

  it('makes a bucket, copies a small file there and back, lists and removes it', async () => {
    await aws('s3', 'mb', 's3://photos')
    await writeFile(join(directory, 'small.txt'), 'hello')
    await aws('s3', 'cp', 'small.txt', 's3://photos/a folder/small.txt')
    expect(await aws('s3', 'ls')).to.contain('photos')
    expect(await aws('s3', 'ls', 's3://photos')).to.contain('PRE a folder/')
    expect(await aws('s3', 'ls', 's3://photos/a folder/')).to.match(/ 5 small\.txt/)
    await aws('s3', 'cp', 's3://photos/a folder/small.txt', 'back.txt')
    expect(await readFile(join(directory, 'back.txt'), 'utf8')).to.equal('hello')
    await aws('s3', 'rm', 's3://photos/a folder/small.txt')
    expect(await aws('s3', 'ls', 's3://photos')).to.equal('')
  })

  it('uploads in parts, downloads in ranges and copies in parts', async () => {
    const bytes = randomBytes(20 * MIB + 123)
    await writeFile(join(directory, 'large.bin'), bytes)
    await aws('s3', 'cp', 'large.bin', 's3://photos/large.bin')
    const head = JSON.parse(await aws('s3api', 'head-object', '--bucket', 'photos', '--key', 'large.bin'))
    expect(head.ETag).to.match(/-3"$/)
    await aws('s3', 'cp', 's3://photos/large.bin', 's3://photos/copy.bin', '--copy-props', 'none').catch(() =>
      // The first version of the CLI does not know the option, and copies no tags anyway.
      aws('s3', 'cp', 's3://photos/large.bin', 's3://photos/copy.bin'),
    )
    await aws('s3', 'cp', 's3://photos/copy.bin', 'copy.bin')
    expect(sha256(await readFile(join(directory, 'copy.bin')))).to.equal(sha256(bytes))
  })

  it('synchronises a directory and empties a bucket', async () => {
    await aws('s3', 'sync', '.', 's3://photos/sync/', '--exclude', '*', '--include', '*.txt')
    const listed = JSON.parse(await aws('s3api', 'list-objects-v2', '--bucket', 'photos', '--prefix', 'sync/'))
    expect(listed.Contents.map((item: { Key: string }) => item.Key)).to.deep.equal(['sync/back.txt', 'sync/small.txt'])
    await aws('s3', 'rb', 's3://photos', '--force')
    expect(await aws('s3', 'ls')).to.equal('')
  })

  it('uploads a stream of unknown length', async () => {
    await aws('s3', 'mb', 's3://streams')
    const child = execFile('sh', [
      '-c',
      `head -c 9000000 /dev/zero | AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 aws --endpoint-url ${server.endpoint} s3 cp - s3://streams/zeros`,
    ])
    expect(await new Promise((resolve) => child.on('exit', resolve))).to.equal(0)
    expect(await aws('s3', 'ls', 's3://streams/')).to.contain('9000000 zeros')
  })
})
