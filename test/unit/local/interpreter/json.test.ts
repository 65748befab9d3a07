import { expect } from 'chai'
import type { Json } from '../../../../local/interpreter/contract.ts'
import { jsonEqual, setProperty } from '../../../../local/interpreter/json.ts'

describe('JSON values', () => {
  const same: readonly (readonly [Json, Json])[] = [
    [1, 1],
    [null, null],
    [
      [1, [2]],
      [1, [2]],
    ],
    [
      { a: 1, b: { c: [] } },
      { b: { c: [] }, a: 1 },
    ],
  ]
  const different: readonly (readonly [Json, Json])[] = [
    [1, '1'],
    [null, {}],
    [{}, null],
    [[1], [1, 2]],
    [[1], { 0: 1 }],
    [{ a: 1 }, [1]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1 }, { a: 2 }],
  ]

  it('are equal by content, whatever the order of their keys', () => {
    for (const [left, right] of same) expect(jsonEqual(left, right), JSON.stringify([left, right])).to.equal(true)
  })

  it('are different when anything is', () => {
    for (const [left, right] of different) expect(jsonEqual(left, right), JSON.stringify([left, right])).to.equal(false)
  })

  it('may have a property called __proto__', () => {
    const target: Record<string, Json> = {}
    setProperty(target, '__proto__', 1)
    setProperty(target, 'a', 2)
    expect(JSON.stringify(target)).to.equal('{"__proto__":1,"a":2}')
  })
})
