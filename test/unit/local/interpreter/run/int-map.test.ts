import { expect } from 'chai'
import { emptyIntMap, getInt, type IntMap, intValues, setInt } from '../../../../../local/interpreter/run/int-map.ts'

describe('the persistent map', () => {
  const filled = (count: number): IntMap<number> =>
    Array.from({ length: count }, (_, key) => key).reduce(
      (map, key) => setInt(map, key, key * 2),
      emptyIntMap<number>(),
    )

  it('finds what was set, at any size', () => {
    const map = filled(2000)
    expect([0, 31, 32, 1023, 1024, 1999, 2000, 99_999].map((key) => getInt(map, key))).to.deep.equal([
      0,
      62,
      64,
      2046,
      2048,
      3998,
      undefined,
      undefined,
    ])
  })

  it('answers its values in the order of their keys', () => {
    expect(intValues(setInt(setInt(filled(3), 5000, 7), 40, 9))).to.deep.equal([0, 2, 4, 9, 7])
    expect(intValues(emptyIntMap())).to.deep.equal([])
  })

  it('leaves the map before a change as it was', () => {
    const before = filled(100)
    const after = setInt(before, 50, -1)
    expect([getInt(before, 50), getInt(after, 50)]).to.deep.equal([100, -1])
  })

  it('begins with a large key', () => expect(getInt(setInt(emptyIntMap<number>(), 40_000, 1), 40_000)).to.equal(1))

  it('keeps nothing of what was removed', () => {
    let map = filled(100)
    for (let key = 0; key < 100; key++) map = setInt(map, key, undefined)
    expect(map.root).to.equal(undefined)
    expect(getInt(map, 5)).to.equal(undefined)
  })
})
