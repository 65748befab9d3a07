/** The weighted sum of F16 tensors as one writes it first: decode, compute and encode each element by itself. */
export function naiveWeightedSum(a: Uint16Array, b: Uint16Array, multiplier: number, into: Uint16Array): void {
  const first = Math.fround(1 - multiplier)
  const second = Math.fround(multiplier)
  for (let index = 0; index < into.length; index++) {
    const left = decode(encode(Math.fround(first * decode(a[index]!))))
    const right = decode(encode(Math.fround(second * decode(b[index]!))))
    into[index] = encode(Math.fround(left + right))
  }
}

function decode(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function encode(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude >= 65520) return sign | 0x7c00
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14)
  const steps = magnitude / 2 ** (exponent - 10)
  const floor = Math.floor(steps)
  const rest = steps - floor
  const rounded = floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0)
  return sign | (rounded + Math.max(0, exponent + 14) * 1024)
}
