/** Makes small checkpoints for tests: any layout, any alignment, values of every class, from a seed. */

export interface TensorSpec {
  name: string
  dtype: string
  shape: number[]
}

export interface CheckpointSpec {
  tensors: TensorSpec[]
  metadata?: Record<string, string>
  seed?: number
  /** Bytes of spaces after the header's brace; an odd number makes every tensor unaligned. */
  padding?: number
  /** Lay the tensors out in another order than the names are listed in. */
  shuffle?: boolean
}

const BYTES: Record<string, number> = {
  F16: 2,
  BF16: 2,
  I16: 2,
  F32: 4,
  I32: 4,
  F64: 8,
  I64: 8,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
}

/** Pseudo-random 32-bit numbers from a seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** The bytes of a checkpoint. */
export function buildCheckpoint({ tensors, metadata, seed = 1, padding, shuffle = false }: CheckpointSpec): Uint8Array {
  const random = createRandom(seed)
  const order = shuffle ? [...tensors].sort((a, b) => hash(a.name, seed) - hash(b.name, seed)) : tensors
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata }
  const data: Uint8Array[] = []
  let end = 0
  for (const { name, dtype, shape } of order) {
    const bytes = fillTensor(
      dtype,
      shape.reduce((product, size) => product * size, 1),
      random,
    )
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] }
    data.push(bytes)
    end += bytes.length
  }
  const bare = JSON.stringify(header)
  const text = bare + ' '.repeat(padding ?? (8 - (Buffer.byteLength(bare) % 8)) % 8)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)))
  return Buffer.concat([length, Buffer.from(text), ...data])
}

const SPECIAL: Record<string, bigint[]> = {
  F16: [0n, 0x8000n, 0x7c00n, 0xfc00n, 0x7e00n, 0x0001n, 0x8001n, 0x03ffn, 0x0400n, 0x7bffn, 0xfbffn, 0x7d01n],
  BF16: [0n, 0x8000n, 0x7f80n, 0xff80n, 0x7fc0n, 0x0001n, 0x8001n, 0x007fn, 0x0080n, 0x7f7fn, 0xff7fn],
  F32: [
    0n,
    0x80000000n,
    0x7f800000n,
    0xff800000n,
    0x7fc00000n,
    1n,
    0x477ff000n,
    0x477fefffn,
    0x33000000n,
    0x33000001n,
    0x387fffffn,
    0x7f7fffffn,
  ],
  F64: [
    0n,
    1n << 63n,
    0x7ff0000000000000n,
    0xfff0000000000000n,
    0x7ff8000000000000n,
    1n,
    0x40effe0000000000n,
    0x7fefffffffffffffn,
  ],
}

/** A quarter special values, a quarter any bits, half numbers of the size that weights have. */
function fillTensor(dtype: string, count: number, random: () => number): Uint8Array {
  const size = BYTES[dtype]!
  const bytes = Buffer.alloc(count * size)
  for (let index = 0; index < count; index++) {
    const bits = pickBits(dtype, size, random)
    for (let byte = 0; byte < size; byte++) bytes[index * size + byte] = Number((bits >> BigInt(byte * 8)) & 255n)
  }
  return bytes
}

function pickBits(dtype: string, size: number, random: () => number): bigint {
  const special = SPECIAL[dtype]
  const kind = random() % 8
  if (special !== undefined && kind < 2) return special[random() % special.length]!
  const any = (BigInt(random()) << 32n) | BigInt(random())
  if (special === undefined || kind < 4) return any & ((1n << BigInt(size * 8)) - 1n)
  const weight = (random() / 2 ** 32 - 0.5) * 2 ** -(random() % 8)
  const buffer = Buffer.alloc(8)
  if (dtype === 'F64') buffer.writeDoubleLE(weight)
  else buffer.writeFloatLE(weight)
  const wide = buffer.readBigUInt64LE()
  if (dtype === 'BF16') return wide >> 16n
  if (dtype !== 'F16') return wide
  const exponent = ((wide >> 23n) & 255n) - 112n
  return ((wide >> 16n) & 0x8000n) | (exponent <= 0n ? 0n : (exponent << 10n) | ((wide >> 13n) & 0x3ffn))
}

function hash(text: string, seed: number): number {
  return [...text].reduce((sum, character) => (Math.imul(sum, 31) + character.codePointAt(0)!) >>> 0, seed)
}
