/**
 * The merge written down once more from the published rule, as plainly as possible: one element after the other, rounding by
 * exact scaling in float64, whole files in memory. It shares no code with the product; tests compare whole outputs with it.
 */

/** A parsed file: tensors by name, each with its bytes. */
export interface ReferenceTensor {
  dtype: string
  shape: number[]
  bytes: Uint8Array
}

export type ReferenceFile = Map<string, ReferenceTensor>

export interface ReferenceRecipe {
  method: 'weighted-sum' | 'add-difference' | 'none'
  multiplier: number
  half?: boolean
  vae?: ReferenceFile
  discard?: RegExp
}

interface Format {
  bytes: number
  fractionBits: number
  exponentBits: number
}

const FLOATS: Record<string, Format> = {
  F16: { bytes: 2, fractionBits: 10, exponentBits: 5 },
  BF16: { bytes: 2, fractionBits: 7, exponentBits: 8 },
  F32: { bytes: 4, fractionBits: 23, exponentBits: 8 },
  F64: { bytes: 8, fractionBits: 52, exponentBits: 11 },
}

const ORDER =
  'BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64'.split(
    ' ',
  )
const POSITION_IDS = 'cond_stage_model.transformer.text_model.embeddings.position_ids'

export function readReferenceFile(file: Uint8Array): ReferenceFile {
  const length = Number(Buffer.from(file).readBigUInt64LE(0))
  const header = JSON.parse(Buffer.from(file.slice(8, 8 + length)).toString('utf8'))
  const data = file.slice(8 + length)
  const tensors: ReferenceFile = new Map()
  for (const [name, entry] of Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(
    header,
  )) {
    if (name === '__metadata__') continue
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, bytes: data.slice(...entry.data_offsets) })
  }
  return tensors
}

/** The data of the merged file: everything after its header. */
export function referenceMerge(
  a: ReferenceFile,
  b: ReferenceFile,
  c: ReferenceFile,
  recipe: ReferenceRecipe,
): Uint8Array {
  const result: ReferenceFile = new Map()
  for (const [name, tensor] of a) result.set(name, mergeOne(name, tensor, b.get(name), c.get(name), recipe))
  for (const [name, tensor] of recipe.vae ?? []) {
    if (name.startsWith('loss') || name === 'model_ema.decay' || name === 'model_ema.num_updates') continue
    const full = `first_stage_model.${name}`
    if (result.has(full)) result.set(full, recipe.half ? toHalf(tensor) : tensor)
  }
  for (const name of [...result.keys()]) if (recipe.discard?.test(name)) result.delete(name)
  const sorted = [...result].sort(([n1, t1], [n2, t2]) => {
    const byType = ORDER.indexOf(t2.dtype) - ORDER.indexOf(t1.dtype)
    return byType !== 0 ? byType : Buffer.from(n1).compare(Buffer.from(n2))
  })
  return Buffer.concat(sorted.map(([, tensor]) => tensor.bytes))
}

function mergeOne(
  name: string,
  a: ReferenceTensor,
  b: ReferenceTensor | undefined,
  c: ReferenceTensor | undefined,
  recipe: ReferenceRecipe,
): ReferenceTensor {
  const half = (tensor: ReferenceTensor) => (recipe.half ? toHalf(tensor) : tensor)
  if (recipe.method === 'none') return half(a)
  if (!name.includes('model') || b === undefined || name === POSITION_IDS) return a
  const partner = recipe.method === 'add-difference' && c !== undefined ? c : b
  if (![a, b, partner].every(({ dtype }) => dtype in FLOATS)) return a
  if (a.shape.join() === b.shape.join()) return half(blend(a, b, c, recipe))
  // In place: the first four channels of every row are written back into the tensor of A.
  const [rows, channels, height, width] = a.shape as [number, number, number, number]
  const bytes = Buffer.from(a.bytes)
  const size = FLOATS[a.dtype]!.bytes
  const pixels = height * width
  const mask = (index: number) => index % (channels * pixels) < 4 * pixels
  const kept = Array.from({ length: rows * channels * pixels }, (_, index) => index).filter(mask)
  const window = Buffer.concat(kept.map((index) => bytes.subarray(index * size, index * size + size)))
  const part = cast(blend({ dtype: a.dtype, shape: b.shape, bytes: window }, b, c, recipe), a.dtype)
  kept.forEach((index, position) => {
    bytes.set(part.bytes.subarray(position * size, position * size + size), index * size)
  })
  return half({ ...a, bytes: cast({ ...a, bytes }, a.dtype).bytes })
}

function blend(
  a: ReferenceTensor,
  b: ReferenceTensor,
  c: ReferenceTensor | undefined,
  recipe: ReferenceRecipe,
): ReferenceTensor {
  const m = recipe.multiplier
  const [as, bs] = [decode(a), decode(b)]
  if (recipe.method === 'weighted-sum') {
    const type = commonType(a.dtype, b.dtype)
    const values = as.map((_, i) => inType(type, scaled(a.dtype, 1 - m, as[i]!) + scaled(b.dtype, m, bs[i]!)))
    return encode(type, a.shape, values)
  }
  const cs = c === undefined ? undefined : decode(c)
  const differenceType = c === undefined ? b.dtype : commonType(b.dtype, c.dtype)
  const type = commonType(a.dtype, differenceType)
  const values = as.map((_, i) => {
    const difference = cs === undefined ? 0 : inType(differenceType, bs[i]! - cs[i]!)
    return inType(type, as[i]! + scaled(differenceType, m, difference))
  })
  return encode(type, a.shape, values)
}

/** Torch multiplies a short float by a factor kept in 32 bits and rounds to 32 bits before it rounds to the short type. */
function scaled(dtype: string, factor: number, value: number): number {
  if (dtype === 'F64') return factor * value
  return inType(dtype, inType('F32', factor) * value)
}

function commonType(x: string, y: string): string {
  if (x === y) return x
  if (x === 'F64' || y === 'F64') return 'F64'
  return 'F32'
}

function toHalf(tensor: ReferenceTensor): ReferenceTensor {
  return tensor.dtype === 'F32' ? cast(tensor, 'F16') : tensor
}

function cast(tensor: ReferenceTensor, dtype: string): ReferenceTensor {
  return encode(
    dtype,
    tensor.shape,
    decode(tensor).map((value) => inType(dtype, value)),
  )
}

/** Rounds to the type, through F32 when the type is short. */
function inType(dtype: string, value: number): number {
  if (dtype === 'F64') return value
  const single = roundTo(FLOATS.F32!, value)
  return dtype === 'F32' ? single : roundTo(FLOATS[dtype]!, single)
}

function roundTo({ fractionBits, exponentBits }: Format, value: number): number {
  if (!Number.isFinite(value) || value === 0) return value
  const bias = 2 ** (exponentBits - 1) - 1
  let exponent = 1 - bias
  while (Math.abs(value) >= 2 ** (exponent + 1) && exponent < 1024) exponent++
  const quantum = 2 ** (exponent - fractionBits)
  const steps = Math.abs(value) / quantum
  const floor = Math.floor(steps)
  const rest = steps - floor
  const even = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
  const rounded = even * quantum
  const largest = (2 - 2 ** -fractionBits) * 2 ** bias
  return (value < 0 ? -1 : 1) * (rounded > largest ? Number.POSITIVE_INFINITY : rounded)
}

function decode({ dtype, bytes }: ReferenceTensor): number[] {
  const { bytes: size, fractionBits, exponentBits } = FLOATS[dtype]!
  const bias = 2 ** (exponentBits - 1) - 1
  const values: number[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const bits = [...bytes.subarray(at, at + size)].reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
    const fraction = Number(bits & (2n ** BigInt(fractionBits) - 1n)) / 2 ** fractionBits
    const exponent = Number((bits >> BigInt(fractionBits)) & (2n ** BigInt(exponentBits) - 1n))
    const sign = bits >> BigInt(size * 8 - 1) === 1n ? -1 : 1
    if (exponent === 2 ** exponentBits - 1) values.push(fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN)
    else if (exponent === 0) values.push(sign * fraction * 2 ** (1 - bias))
    else values.push(sign * (1 + fraction) * 2 ** (exponent - bias))
  }
  return values
}

function encode(dtype: string, shape: number[], values: number[]): ReferenceTensor {
  const format = FLOATS[dtype]!
  const bytes = new Uint8Array(values.length * format.bytes)
  values.forEach((value, index) => {
    let bits = bitsOf(format, value)
    for (let byte = 0; byte < format.bytes; byte++) {
      bytes[index * format.bytes + byte] = Number(bits & 255n)
      bits >>= 8n
    }
  })
  return { dtype, shape, bytes }
}

function bitsOf({ bytes, fractionBits, exponentBits }: Format, value: number): bigint {
  const fractionUnit = 2n ** BigInt(fractionBits)
  const top = (2n ** BigInt(exponentBits) - 1n) * fractionUnit
  if (Number.isNaN(value)) return top + fractionUnit / 2n
  const sign = value < 0 || Object.is(value, -0) ? 2n ** BigInt(bytes * 8 - 1) : 0n
  const magnitude = Math.abs(value)
  if (magnitude === Number.POSITIVE_INFINITY) return sign + top
  const bias = 2 ** (exponentBits - 1) - 1
  let exponent = 1 - bias
  while (magnitude >= 2 ** (exponent + 1)) exponent++
  const steps = BigInt(magnitude / 2 ** (exponent - fractionBits))
  return sign + (steps < fractionUnit ? steps : BigInt(exponent + bias) * fractionUnit + steps - fractionUnit)
}
