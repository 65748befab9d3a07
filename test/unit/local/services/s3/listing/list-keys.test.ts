import { expect } from 'chai'
import {
  entryName,
  type KeySource,
  type ListingRequest,
  listKeys,
} from '../../../../../../local/services/s3/listing/list-keys.ts'

/** A source over fixed keys that counts how many it gave. */
const sourceOf = (keys: string[]): { source: KeySource<null>; given: () => number } => {
  const sorted = keys.map((key) => Buffer.from(key)).sort(Buffer.compare)
  let given = 0
  const source: KeySource<null> = async function* (from) {
    for (const key of sorted) {
      if (Buffer.compare(key, from) < 0) continue
      given += 1
      yield { key: key.toString(), item: null }
    }
  }
  return { source, given: () => given }
}

const request = (overrides: Partial<ListingRequest> = {}): ListingRequest => ({
  prefix: '',
  delimiter: '',
  limit: 1000,
  after: '',
  ...overrides,
})

const list = async (keys: string[], overrides: Partial<ListingRequest> = {}): Promise<string[]> =>
  (await listKeys(sourceOf(keys).source, request(overrides))).entries.map(entryName)

const KEYS = ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e/1']

describe('A listing', () => {
  it('comes in the order of UTF-8 bytes, not of UTF-16 units', async () => {
    expect(await list(['\u{1F600}', '\uFF01', 'z', 'Z'])).to.deep.equal(['Z', 'z', '\uFF01', '\u{1F600}'])
  })

  it('rolls keys up to the delimiter into one common prefix', async () => {
    expect(await list(KEYS, { delimiter: '/' })).to.deep.equal(['a', 'b/', 'd', 'e/'])
  })

  it('looks for the delimiter behind the prefix only', async () => {
    expect(await list(KEYS, { prefix: 'b/', delimiter: '/' })).to.deep.equal(['b/1', 'b/2', 'b/c/'])
  })

  it('takes a delimiter of several characters', async () => {
    expect(await list(['x--1', 'x--2', 'y-3'], { delimiter: '--' })).to.deep.equal(['x--', 'y-3'])
  })

  it('ends with the prefix', async () => {
    const { source, given } = sourceOf(['a1', 'a2', 'b', 'c', 'd'])
    await listKeys(source, request({ prefix: 'a' }))
    expect(given()).to.equal(3)
  })

  it('does not walk through what a common prefix hides', async () => {
    const hidden = Array.from({ length: 5000 }, (_, at) => `b/${at}`)
    const { source, given } = sourceOf(['a', ...hidden, 'c'])
    await listKeys(source, request({ delimiter: '/' }))
    expect(given()).to.equal(3)
  })

  it('is not truncated when the limit is exactly reached', async () => {
    const page = await listKeys(sourceOf(['a', 'b']).source, request({ limit: 2 }))
    expect(page.truncated).to.equal(false)
    expect(page.entries).to.have.length(2)
  })

  it('is empty and complete with a limit of nothing', async () => {
    expect(await listKeys(sourceOf(KEYS).source, request({ limit: 0 }))).to.deep.equal({
      entries: [],
      truncated: false,
    })
  })

  for (const delimiter of ['', '/']) {
    for (const limit of [1, 2, 3, 4]) {
      it(`gives every entry once in pages of ${limit} with delimiter ${JSON.stringify(delimiter)}`, async () => {
        const found: string[] = []
        let after = ''
        for (;;) {
          const page = await listKeys(sourceOf(KEYS).source, request({ delimiter, limit, after }))
          found.push(...page.entries.map(entryName))
          if (!page.truncated) break
          after = found.at(-1)!
        }
        expect(found).to.deep.equal(await list(KEYS, { delimiter }))
      })
    }
  }

  it('goes on inside a common prefix when it starts after a key in it', async () => {
    expect(await list(KEYS, { delimiter: '/', after: 'b/1' })).to.deep.equal(['b/', 'd', 'e/'])
  })
})
