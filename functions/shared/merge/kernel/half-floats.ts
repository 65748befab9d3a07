/**
 * F16 and BF16 as bits. Decoding is exact; encoding rounds a 32-bit float to the nearest, ties to even, with subnormals,
 * signed zeros and overflow to infinity. Every NaN becomes the same quiet NaN: which
 * one the processor makes is not the same everywhere, and the same merge must give the same bytes.
 */

const word = new Float32Array(1)
const wordBits = new Int32Array(word.buffer)

const F16_NAN = 0x7e00
const F16_INFINITY = 0x7c00
const BF16_NAN = 0x7fc0
const F32_INFINITY = 0x7f800000
const F32_NAN = 0x7fc00000
/** Bits of 65520, the smallest float that rounds to infinity. */
const F16_OVERFLOW = 0x477ff000
/** Bits of 2^-14, the smallest normal F16. */
const F16_NORMAL = 0x38800000
/** Bits of 2^-25, half of the smallest F16: the largest float that rounds to zero. */
const F16_VANISHES = 0x33000000

/** The value of every F16, by its bits. */
export const F16_VALUES: Float32Array = Float32Array.from({ length: 0x10000 }, (_, bits) => decodeF16(bits))

/** The value of every BF16, by its bits. */
export const BF16_VALUES: Float32Array = Float32Array.from({ length: 0x10000 }, (_, bits) => decodeBf16(bits))

function decodeF16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function decodeBf16(bits: number): number {
  wordBits[0] = bits << 16
  return word[0]!
}

/** Rounds the floats whose bits are given to F16. */
export function encodeF16(floatBits: Int32Array, into: Uint16Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const bits = floatBits[i]!
    const magnitude = bits & 0x7fffffff
    const sign = (bits >>> 16) & 0x8000
    if (magnitude >= F16_NORMAL && magnitude < F16_OVERFLOW) {
      // Adding just under half of the dropped bits' unit, and the last kept bit, rounds to even; 112 is the difference of the biases.
      into[i] = sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - (112 << 23)) >>> 13)
    } else {
      into[i] = encodeRareF16(magnitude, sign)
    }
  }
}

function encodeRareF16(magnitude: number, sign: number): number {
  if (magnitude > F32_INFINITY) return F16_NAN
  if (magnitude >= F16_OVERFLOW) return sign | F16_INFINITY
  if (magnitude <= F16_VANISHES) return sign
  const fraction = (magnitude & 0x7fffff) | 0x800000
  const shift = 126 - (magnitude >>> 23)
  const kept = fraction >>> shift
  const dropped = fraction & ((1 << shift) - 1)
  const tie = 1 << (shift - 1)
  return sign | (dropped > tie || (dropped === tie && (kept & 1) === 1) ? kept + 1 : kept)
}

/** Rounds the floats whose bits are given to BF16. */
export function encodeBf16(floatBits: Int32Array, into: Uint16Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const bits = floatBits[i]!
    if ((bits & 0x7fffffff) > F32_INFINITY) into[i] = BF16_NAN
    else into[i] = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
  }
}

/** Writes floats as they are, with the one NaN. */
export function encodeF32(floatBits: Int32Array, into: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const bits = floatBits[i]!
    into[i] = (bits & 0x7fffffff) > F32_INFINITY ? F32_NAN : bits
  }
}
