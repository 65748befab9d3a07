import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { keys, lastPart, under } from '../../../../../../local/services/states/store/keys.ts'
import { LevelStore } from '../../../../../../local/services/states/store/level-store.ts'

describe('The store of Step Functions', () => {
  let directory: string
  let store: LevelStore

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-level-'))
    store = await LevelStore.open(directory)
  })
  afterEach(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })

  it('keeps what was committed when it is opened again', async () => {
    await store.commit([{ key: 'a', value: { n: 1 } }])
    await store.close()
    store = await LevelStore.open(directory)
    expect(await store.get('a')).to.deep.equal({ n: 1 })
  })

  it('applies commits in the order of the calls, also when they share a batch', async () => {
    await Promise.all([
      store.commit([{ key: 'a', value: 1 }]),
      store.commit([{ key: 'a', value: 2 }]),
      store.commit([{ key: 'a' }, { key: 'b', value: 3 }]),
    ])
    expect(await store.getMany(['a', 'b'])).to.deep.equal([undefined, 3])
  })

  it('finishes the commits under way before it closes', async () => {
    const commits = Array.from({ length: 50 }, (_, index) => store.commit([{ key: `k${index}`, value: index }]))
    await store.close()
    await Promise.all(commits)
    store = await LevelStore.open(directory)
    expect(await store.get('k49')).to.equal(49)
  })

  it('rejects a commit it could not write', async () => {
    await store.close()
    const failure = await store.commit([{ key: 'a', value: 1 }]).catch((error: Error) => error)
    expect(failure).to.be.instanceOf(Error)
    store = await LevelStore.open(directory)
    expect(await store.get('a')).to.equal(undefined)
  })

  it('lists the keys under a prefix and no others, forwards and backwards', async () => {
    await store.commit([
      { key: keys.events('x', 9), value: 'nine' },
      { key: keys.events('x', 10), value: 'ten' },
      { key: keys.events('xy', 1), value: 'of another' },
    ])
    const range = under(`${keys.eventsOf('x')}\0`)
    expect(await store.values(range)).to.deep.equal(['nine', 'ten'])
    expect(await store.values({ ...range, reverse: true, limit: 1 })).to.deep.equal(['ten'])
    for await (const [key] of store.entries({ ...range, limit: 1 })) expect(Number(lastPart(key))).to.equal(9)
  })

  it('cannot be opened twice', async () => {
    const failure = await LevelStore.open(directory).catch((error: Error) => error)
    expect(failure).to.be.instanceOf(Error)
  })
})
