import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type BlobDirectory,
  openBlobDirectory,
  sliceSegments,
} from '../../../../../../local/services/s3/storage/blob-directory.ts'

describe('The segments of an object', () => {
  const segments = [
    { blob: 'a', size: 10 },
    { blob: 'b', size: 0 },
    { blob: 'c', size: 5 },
  ]

  it('are cut to a range that spans them', () => {
    expect(sliceSegments(segments, { start: 8, end: 11 })).to.deep.equal([
      { blob: 'a', start: 8, end: 9 },
      { blob: 'c', start: 0, end: 1 },
    ])
  })

  it('are left out where the range does not touch them', () => {
    expect(sliceSegments(segments, { start: 10, end: 14 })).to.deep.equal([{ blob: 'c', start: 0, end: 4 }])
  })
})

describe('A blob directory', () => {
  let directory: string
  let blobs: BlobDirectory
  let ids = 0

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'darkroom-blobs-'))
    blobs = await openBlobDirectory(directory, () => `blob-${++ids}`)
  })
  afterEach(() => rm(directory, { recursive: true }))

  const write = async (text: string) => {
    const { blob } = await blobs.write(async (sink) => sink(Buffer.from(text)))
    return { blob, size: text.length }
  }
  const read = async (segments: { blob: string; size: number }[], start: number, end: number): Promise<string> => {
    const pieces: Buffer[] = []
    for await (const piece of blobs.read(segments, { start, end })) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }

  it('reads a range over several files', async () => {
    const segments = [await write('hello '), await write('world')]
    expect(await read(segments, 3, 7)).to.equal('lo wo')
  })

  it('writes more than it gathers in memory', async () => {
    const piece = Buffer.alloc(300_000, 'x')
    const { blob } = await blobs.write(async (sink) => {
      for (let i = 0; i < 10; i++) await sink(piece)
    })
    expect(await read([{ blob, size: 3_000_000 }], 0, 2_999_999)).to.equal('x'.repeat(3_000_000))
  })

  it('leaves no file behind when the bytes do not come to their end', async () => {
    const failure = await blobs
      .write(async (sink) => {
        await sink(Buffer.alloc(2_000_000))
        throw new Error('the sender went away')
      })
      .catch((error: Error) => error.message)
    expect(failure).to.equal('the sender went away')
    expect(await readdir(directory)).to.deep.equal([])
  })

  it('keeps a discarded file until its last reader is done', async () => {
    const segment = await write('still wanted')
    const releases = [blobs.lease([segment]), blobs.lease([segment])]
    await blobs.discard([segment.blob])
    releases[0]!()
    releases[0]!()
    expect(await read([segment], 0, 11)).to.equal('still wanted')
    releases[1]!()
    while ((await readdir(directory)).length > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('sweeps away what nothing refers to', async () => {
    const kept = await write('kept')
    await writeFile(join(directory, 'left-by-a-crash'), 'x')
    expect(await blobs.sweep(new Set([kept.blob]))).to.equal(1)
    expect(await readdir(directory)).to.deep.equal([kept.blob])
  })
})
