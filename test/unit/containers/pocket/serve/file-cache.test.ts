import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { StoredObject } from '../../../../../containers/pocket/serve/bucket.ts'
import { createFileCache, type FileCache } from '../../../../../containers/pocket/serve/file-cache.ts'

const MOST = 250

describe('the cache of fetched models', () => {
  let directory: string
  let cache: FileCache
  let reads: string[]

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pocket-cache-'))
    cache = createFileCache(directory, MOST)
    reads = []
  })
  afterEach(() => rm(directory, { recursive: true }))

  const object = (name: string, etag = 'e'): StoredObject => ({
    size: 100,
    etag,
    read: async () => {
      reads.push(name)
      return Buffer.alloc(100, name)
    },
  })
  const open = (key: string, etag?: string) => cache.open({ bucket: 'b', key }, object(key, etag))

  it('fetches an object once, and again when it was replaced', async () => {
    const [one, two] = await Promise.all([open('a'), open('a')])
    expect(one.path).equal(two.path)
    expect(String(await readFile(one.path))).equal('a'.repeat(100))
    await open('a')
    await open('a', 'other')
    expect(reads).deep.equal(['a', 'a'])
  })

  it('drops what was not used for longest when it is full', async () => {
    for (const key of ['a', 'b', 'a', 'c']) (await open(key)).release()
    expect(await readdir(directory)).length(2)
    ;(await open('a')).release()
    ;(await open('b')).release()
    expect(reads).deep.equal(['a', 'b', 'c', 'b'])
  })

  it('keeps what is in use even when it is full', async () => {
    const files = [await open('a'), await open('b'), await open('c')]
    for (const { path } of files) expect(await readFile(path)).length(100)
    for (const file of files) file.release()
    await open('d')
    expect(await readdir(directory)).length(2)
  })

  it('does not remember a failure', async () => {
    const broken = { ...object('a'), read: () => Promise.reject(new Error('S3 is away')) }
    const message = await cache.open({ bucket: 'b', key: 'a' }, broken).catch((error: Error) => error.message)
    expect(message).equal('S3 is away')
    expect(await readFile((await open('a')).path)).length(100)
  })
})
