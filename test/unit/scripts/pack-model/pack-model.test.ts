import { execFile } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { AbortMultipartUploadCommand, GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { extract, type Header } from 'tar-stream'
import { s3 } from '../../../../functions/shared/aws/s3.ts'
import { readArchive } from '../../../../functions/tasks/check-tarball/read-archive.ts'
import { parsePackArguments } from '../../../../scripts/pack-model/arguments.ts'
import { createCompressor } from '../../../../scripts/pack-model/compressor.ts'
import { makePart, partSizeFor } from '../../../../scripts/pack-model/make-part.ts'
import { readFolder } from '../../../../scripts/pack-model/read-folder.ts'
import { type PackContext, runAbort, runPack } from '../../../../scripts/pack-model/run-pack.ts'
import { tarHeader } from '../../../../scripts/pack-model/tar-header.ts'
import { createTarImage } from '../../../../scripts/pack-model/tar-image.ts'
import { buildCheckpoint } from '../../../support/build-checkpoint.ts'
import { type LibraryFixture, startLibrary } from '../../../support/library-fixture.ts'

const MEBIBYTE = 1024 * 1024
const PART = 6 * MEBIBYTE
const BUCKET = 'library'
const small = buildCheckpoint({ tensors: [{ name: 'w', dtype: 'F16', shape: [9] }], seed: 1 })

/** A checkpoint of noise, which no compression makes smaller. */
function noisyCheckpoint(bytes: number): Buffer {
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'U8', shape: [bytes], data_offsets: [0, bytes] } }))
  const file = Buffer.alloc(8 + header.length + bytes)
  file.writeBigUInt64LE(BigInt(header.length))
  header.copy(file, 8)
  randomFillSync(file, 8 + header.length)
  return file
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing failed')
}

describe('pack-model', () => {
  let root: string
  let directory: string
  let serial = 0

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'darkroom-pack-'))
  })
  after(() => rmSync(root, { recursive: true }))
  beforeEach(() => {
    directory = join(root, `models-${++serial}`)
    put('Stable-diffusion/castle.safetensors', small)
  })

  function put(path: string, bytes: Uint8Array | string): void {
    const file = join(directory, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, bytes)
  }

  describe('its arguments', () => {
    it('are a folder and an address', () => {
      const read = parsePackArguments(['my-models', 's3://b/packs/x.tar.gz', '--level', '6'])
      expect(read).to.deep.equal({ directory: 'my-models', bucket: 'b', key: 'packs/x.tar.gz', level: 6, abort: false })
      expect(parsePackArguments(['--help'])).to.equal(undefined)
      expect(parsePackArguments(['x', 's3://b/x.tar.gz', '--abort'])?.abort).to.equal(true)
    })

    const REFUSED: [string[], RegExp][] = [
      [[], /give a folder/],
      [['x'], /give a folder/],
      [['x', 's3://b/x.tar.gz', 'y'], /^y: give one folder/],
      [['x', 'b/x.tar.gz'], /give an address/],
      [['x', 's3://b/x.zip'], /has to end in \.tar\.gz/],
      [['x', 's3://b/models/a/x.tar.gz'], /goes with its model/],
      [['x', 's3://b/x.tar.gz', '--level', '10'], /from 0 to 9/],
      [['x', 's3://b/x.tar.gz', '--what'], /--what/],
    ]
    for (const [words, told] of REFUSED) {
      it(`are refused as "${words.join(' ')}"`, () => expect(() => parsePackArguments(words)).to.throw(told))
    }
  })

  describe('its look at the folder', () => {
    it('finds every file, and leaves hidden ones out', async () => {
      put('Lora/hat.safetensors', small)
      put('Lora/.DS_Store', 'x')
      put('embeddings/bad.pt', 'x')
      symlinkSync(join(directory, 'Lora/hat.safetensors'), join(directory, 'Lora/linked.safetensors'))
      const { files, hidden } = await readFolder(directory)
      expect(files.map(({ path }) => path)).to.deep.equal([
        'Lora/hat.safetensors',
        'Lora/linked.safetensors',
        'Stable-diffusion/castle.safetensors',
        'embeddings/bad.pt',
      ])
      expect(hidden).to.deep.equal(['Lora/.DS_Store'])
    })

    const REFUSED: [string, string, Uint8Array | string, RegExp][] = [
      ['a folder in the wrong case', 'lora/x.safetensors', small, /"lora" should be Lora\//],
      ['an unknown folder', 'other/x.safetensors', small, /none of the folders that/],
      ['a file at the top', 'x.safetensors', small, /lies at the top/],
      ['a deeper folder', 'Lora/hats/x.safetensors', small, /deeper/],
      ['a pickled checkpoint', 'Stable-diffusion/x.ckpt', 'x', /pickled/],
      ['an empty file', 'embeddings/x.pt', '', /is empty/],
      ['a broken checkpoint', 'VAE/x.safetensors', small.subarray(0, 30), /VAE\/x\.safetensors is not a valid/],
    ]
    for (const [what, path, bytes, words] of REFUSED) {
      it(`refuses ${what}`, async () => {
        put(path, bytes)
        expect((await failureOf(readFolder(directory))).message).to.match(words)
      })
    }

    it('refuses a folder without a checkpoint, and one that is not there', async () => {
      rmSync(join(directory, 'Stable-diffusion'), { recursive: true })
      put('Lora/hat.safetensors', small)
      expect((await failureOf(readFolder(directory))).message).to.contain('There is no checkpoint')
      expect((await failureOf(readFolder(join(root, 'nowhere')))).message).to.contain('nowhere')
    })
  })

  describe('its archive', () => {
    it('is what tar reads, long names and all', async () => {
      const long = `Lora/${'long-'.repeat(30)}.safetensors`
      put(long, small)
      put('embeddings/exact.pt', Buffer.alloc(1024, 1))
      const image = createTarImage((await readFolder(directory)).files)
      const file = join(root, 'image.tar')
      writeFileSync(file, await image.read(0, image.size))
      const { stdout } = await promisify(execFile)('tar', ['-tvf', file])
      expect(stdout).to.contain(long).and.contain('Stable-diffusion/castle.safetensors').and.contain(' 1024 ')
      const out = join(root, 'unpacked')
      mkdirSync(out, { recursive: true })
      await promisify(execFile)('tar', ['-xf', file, '-C', out])
      await promisify(execFile)('diff', ['-r', directory, out])
    })

    it('has the same bytes whichever ranges are read', async () => {
      put('Lora/hat.safetensors', noisyCheckpoint(3000))
      const image = createTarImage((await readFolder(directory)).files)
      const whole = await image.read(0, image.size)
      for (const step of [1, 100, 511, 513, 5000]) {
        const pieces: Buffer[] = []
        for (let at = 0; at < image.size; at += step) pieces.push(await image.read(at, Math.min(step, image.size - at)))
        expect(Buffer.concat(pieces).equals(whole), String(step)).to.equal(true)
      }
    })

    it('has room for files of more than 8 GiB', async () => {
      const archive = extract()
      const entry = once(archive, 'entry')
      archive.write(tarHeader('Stable-diffusion/huge.safetensors', 24 * 1024 ** 3))
      const [header] = (await entry) as [Header]
      expect(header).to.include({ name: 'Stable-diffusion/huge.safetensors', size: 24 * 1024 ** 3, type: 'file' })
      archive.destroy()
    })

    it('says so when a file became shorter', async () => {
      const image = createTarImage((await readFolder(directory)).files)
      put('Stable-diffusion/castle.safetensors', 'short')
      expect((await failureOf(image.read(0, image.size))).message).to.contain('became shorter')
    })

    it('makes parts that S3 takes, even of what shrinks to nothing', async () => {
      put('embeddings/zeros.pt', Buffer.alloc(2 * PART))
      const image = createTarImage((await readFolder(directory)).files)
      const compressor = createCompressor(2)
      const first = await makePart(image, { offset: 0, length: PART, level: 6 }, compressor)
      const rest = image.size - PART
      const last = await makePart(image, { offset: PART, length: rest, level: 6 }, compressor)
      await compressor.close()
      expect(first.length).to.be.above(5 * MEBIBYTE)
      expect(last.length).to.be.below(MEBIBYTE)
      expect(gunzipSync(Buffer.concat([first, last])).equals(await image.read(0, image.size))).to.equal(true)
    })

    it('is cut into at most 10,000 parts', () => {
      expect(partSizeFor(1000)).to.equal(32 * MEBIBYTE)
      for (const size of [40 * 1024 ** 3, 5 * 1024 ** 4]) {
        expect(Math.ceil(size / partSizeFor(size))).to.be.at.most(10_000)
        expect(partSizeFor(size) % MEBIBYTE).to.equal(0)
      }
    })
  })

  describe('its upload', () => {
    let library: LibraryFixture
    let lines: string[]
    const key = () => `packs/${serial}.tar.gz`
    const options = (more = {}) => ({ directory, bucket: BUCKET, key: key(), level: 1, abort: false, ...more })
    const contextWith = (more: Partial<PackContext> = {}): PackContext => ({
      terminal: { line: (text = '') => void lines.push(text), draw: () => {} },
      signal: new AbortController().signal,
      threads: 2,
      partSizeFor: () => PART,
      ...more,
    })
    const stored = async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key() }))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    }
    const openUploads = async () =>
      (await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0

    before(async () => {
      library = await startLibrary()
    })
    after(() => library.stop())
    beforeEach(() => {
      lines = []
    })

    async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
    }

    /** Stops after so many lines of progress. */
    const interruptAfter = (count: number): PackContext => {
      const controller = new AbortController()
      let seen = 0
      const draw = (): void => {
        if (++seen === count) controller.abort(new Error('interrupted'))
      }
      return contextWith({ terminal: { line: (text = '') => void lines.push(text), draw }, signal: controller.signal })
    }

    it('is a tarball that passes the check, and leaves no state behind', async () => {
      put('Stable-diffusion/noise.safetensors', noisyCheckpoint(13 * MEBIBYTE))
      put('Lora/.hidden', 'x')
      await runPack(contextWith(), options())
      const files = await readArchive(inPieces(await stored()), { unpackedBytes: 1e9 })
      expect(files.map(({ folder, name }) => `${folder}/${name}`)).to.deep.equal([
        'Stable-diffusion/castle.safetensors',
        'Stable-diffusion/noise.safetensors',
      ])
      expect(lines.join('\n')).to.contain('Lora/.hidden (hidden)').and.contain('in 3 parts').and.contain('POST /models')
      expect(await openUploads()).to.equal(0)
      expect(existsSync(`${directory}.pack-model.json`)).to.equal(false)
    })

    it('goes on where it was interrupted, without sending a part twice', async () => {
      put('Stable-diffusion/noise.safetensors', noisyCheckpoint(26 * MEBIBYTE))
      expect((await failureOf(runPack(interruptAfter(2), options()))).message).to.equal('interrupted')
      expect(existsSync(`${directory}.pack-model.json`)).to.equal(true)
      expect(await openUploads()).to.equal(1)
      await runPack(contextWith(), options())
      expect(lines.join('\n')).to.match(/going on {2}[2-4] parts/)
      const image = createTarImage((await readFolder(directory)).files)
      expect(gunzipSync(await stored()).equals(await image.read(0, image.size))).to.equal(true)
      expect(await openUploads()).to.equal(0)
    })

    it('begins anew when a file has changed since, or S3 has forgotten it', async () => {
      put('Stable-diffusion/noise.safetensors', noisyCheckpoint(13 * MEBIBYTE))
      await failureOf(runPack(interruptAfter(1), options()))
      utimesSync(join(directory, 'Stable-diffusion/castle.safetensors'), 1, 1)
      await failureOf(runPack(interruptAfter(1), options()))
      expect(lines.join('\n')).to.contain('files have changed')
      expect(await openUploads()).to.equal(1)
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
      const [{ Key, UploadId } = {}] = Uploads
      await s3.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId }))
      await runPack(contextWith(), options())
      expect(lines.join('\n')).to.contain('S3 has the upload no longer')
      expect((await stored()).length).to.be.above(13 * MEBIBYTE)
    })

    it('does not mix two addresses, and can be given up', async () => {
      put('Stable-diffusion/noise.safetensors', noisyCheckpoint(13 * MEBIBYTE))
      await failureOf(runPack(interruptAfter(1), options()))
      const other = await failureOf(runPack(contextWith(), options({ key: 'packs/other.tar.gz' })))
      expect(other.message).to.contain('is unfinished').and.contain('--abort')
      await runAbort(contextWith(), options())
      expect(await openUploads()).to.equal(0)
      expect(existsSync(`${directory}.pack-model.json`)).to.equal(false)
      await runAbort(contextWith(), options())
      expect(lines.at(-1)).to.contain('There is no unfinished upload')
    })

    it('is dropped when a file changes under way', async () => {
      put('Stable-diffusion/noise.safetensors', noisyCheckpoint(13 * MEBIBYTE))
      const terminal = {
        line: () => {},
        draw: () => utimesSync(join(directory, 'Stable-diffusion/castle.safetensors'), 2, 2),
      }
      const error = await failureOf(runPack(contextWith({ terminal }), options()))
      expect(error.message).to.contain('castle.safetensors was changed while it was packed')
      expect(await openUploads()).to.equal(0)
      expect(existsSync(`${directory}.pack-model.json`)).to.equal(false)
    })
  })
})
