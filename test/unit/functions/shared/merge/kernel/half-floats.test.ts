import { expect } from 'chai'
import {
  BF16_VALUES,
  encodeBf16,
  encodeF16,
  encodeF32,
  F16_VALUES,
} from '../../../../../../functions/shared/merge/kernel/half-floats.ts'

function bitsOf(values: ArrayLike<number>): Int32Array {
  return new Int32Array(Float32Array.from(values).buffer)
}

function encodeAll(encode: typeof encodeF16, floatBits: Int32Array): Uint16Array {
  const out = new Uint16Array(floatBits.length)
  encode(floatBits, out, floatBits.length)
  return out
}

const every = Array.from({ length: 0x10000 }, (_, bits) => bits)
const isNaN16 = (bits: number): boolean => (bits & 0x7fff) > 0x7c00
const isNaNBf16 = (bits: number): boolean => (bits & 0x7fff) > 0x7f80

describe('F16', () => {
  it('gives every one of the 65,536 values back after decoding and encoding, and one NaN for all of them', () => {
    const encoded = encodeAll(encodeF16, bitsOf(F16_VALUES))
    const wrong = every.filter((bits) => encoded[bits] !== (isNaN16(bits) ? 0x7e00 : bits))
    expect(wrong).to.deep.equal([])
  })

  it('decodes landmarks', () => {
    const landmarks = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00, 0x3555]
    expect(landmarks.map((bits) => F16_VALUES[bits])).to.deep.equal([
      1,
      -2,
      65504,
      2 ** -24,
      2 ** -14,
      Infinity,
      -Infinity,
      0.333251953125,
    ])
    expect(Object.is(F16_VALUES[0x8000], -0)).to.equal(true)
  })

  it('rounds to the nearest everywhere: each midpoint to even, its neighbours to their side', () => {
    const positive = every.slice(0, 0x7bff)
    // Exact: neighbours of F16 have a midpoint in F32.
    const middles = bitsOf(positive.map((bits) => (F16_VALUES[bits]! + F16_VALUES[bits + 1]!) / 2))
    const at = encodeAll(encodeF16, middles)
    const below = encodeAll(
      encodeF16,
      middles.map((bits) => bits - 1),
    )
    const above = encodeAll(
      encodeF16,
      middles.map((bits) => bits + 1),
    )
    const negative = encodeAll(
      encodeF16,
      middles.map((bits) => bits | 0x80000000),
    )
    const wrong = positive.filter((bits) => {
      const even = bits % 2 === 0 ? bits : bits + 1
      return at[bits] !== even || below[bits] !== bits || above[bits] !== bits + 1 || negative[bits] !== (even | 0x8000)
    })
    expect(wrong).to.deep.equal([])
  })

  it('overflows to infinity from 65520 on and vanishes up to 2^-25', () => {
    const values = bitsOf([65519.99609375, 65520, -65520, 3e38, 2 ** -25, -(2 ** -25), 2 ** -25 + 2 ** -48, 1e-45])
    expect([...encodeAll(encodeF16, values)]).to.deep.equal([0x7bff, 0x7c00, 0xfc00, 0x7c00, 0, 0x8000, 1, 0])
  })
})

describe('BF16', () => {
  it('gives every value back after decoding and encoding, and one NaN for all of them', () => {
    const encoded = encodeAll(encodeBf16, bitsOf(BF16_VALUES))
    const wrong = every.filter((bits) => encoded[bits] !== (isNaNBf16(bits) ? 0x7fc0 : bits))
    expect(wrong).to.deep.equal([])
  })

  it('rounds to the nearest everywhere: each midpoint to even, its neighbours to their side', () => {
    const positive = every.slice(0, 0x7f80)
    const middles = Int32Array.from(positive, (bits) => (bits << 16) | 0x8000)
    const at = encodeAll(encodeBf16, middles)
    const below = encodeAll(
      encodeBf16,
      middles.map((bits) => bits - 1),
    )
    const above = encodeAll(
      encodeBf16,
      middles.map((bits) => bits + 1),
    )
    const wrong = positive.filter((bits) => {
      const even = bits % 2 === 0 ? bits : bits + 1
      return at[bits] !== even || below[bits] !== bits || above[bits] !== bits + 1
    })
    expect(wrong).to.deep.equal([])
  })
})

describe('F32', () => {
  it('stays as it is, except that every NaN becomes the same one', () => {
    const bits = Int32Array.of(0, -0x80000000, 1, 0x7f800000, 0x7f800001, -1, 0x7fc00000)
    const out = new Int32Array(bits.length)
    encodeF32(bits, out, bits.length)
    expect([...out]).to.deep.equal([0, -0x80000000, 1, 0x7f800000, 0x7fc00000, 0x7fc00000, 0x7fc00000])
  })
})
