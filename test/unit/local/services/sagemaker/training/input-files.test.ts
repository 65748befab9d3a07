import { expect } from 'chai'
import { pathBelow } from '../../../../../../local/services/sagemaker/training/download-channels.ts'
import { eachConcurrently } from '../../../../../../local/services/sagemaker/training/each-concurrently.ts'

describe('The files of a channel', () => {
  const places: [prefix: string, key: string, path: string, why: string][] = [
    ['a/b/', 'a/b/c/d.png', 'c/d.png', 'below a folder'],
    ['a/b', 'a/b/c/d.png', 'c/d.png', 'below a folder without its slash'],
    ['a/b.bin', 'a/b.bin', 'b.bin', 'the one object'],
    ['a/b', 'a/bc/d.png', 'bc/d.png', 'beginning of a folder’s name'],
    ['b', 'box.png', 'box.png', 'beginning of a name'],
    ['', 'a/b.png', 'a/b.png', 'the whole bucket'],
  ]
  for (const [prefix, key, path, why] of places)
    it(`lie where File mode puts them: ${why}`, () => {
      expect(pathBelow(prefix, key)).to.equal(path)
    })
})

describe('Working on many things', () => {
  it('does so many at a time and no more', async () => {
    let [busy, most, done] = [0, 0, 0]
    await eachConcurrently(Array.from({ length: 20 }), 3, async () => {
      busy += 1
      most = Math.max(most, busy)
      await new Promise(setImmediate)
      busy -= 1
      done += 1
    })
    expect([most, done]).to.deep.equal([3, 20])
  })

  it('tells of a failure, also of one that comes before the last thing is known', async () => {
    async function* slowly() {
      yield 1
      await new Promise(setImmediate)
      await new Promise(setImmediate)
    }
    const outcome = await eachConcurrently(slowly(), 4, () => Promise.reject(new Error('no'))).catch(String)
    expect(outcome).to.equal('Error: no')
  })

  it('begins nothing after a failure, and waits for what it began', async () => {
    const log: string[] = []
    const outcome = await eachConcurrently([1, 2, 3, 4], 2, async (item) => {
      log.push(`begin ${item}`)
      if (item === 2) throw new Error('no')
      await new Promise(setImmediate)
      log.push(`end ${item}`)
    }).catch(String)
    expect(outcome).to.equal('Error: no')
    expect(log).to.include.members(['begin 1', 'begin 2', 'end 1'])
    expect(log).to.not.include('begin 4')
  })
})
