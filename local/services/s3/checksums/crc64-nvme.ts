import type { RunningChecksum } from './running-checksum.ts'

/** The NVM Express polynomial, reflected. */
export const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n

const SLICES = 8
const POLYNOMIAL_LOW = Number(CRC64NVME_POLYNOMIAL & 0xffffffffn)
const POLYNOMIAL_HIGH = Number(CRC64NVME_POLYNOMIAL >> 32n)

/** The 64 bits are kept as two 32-bit halves: BigInt would be a hundred times slower. */
interface HalfTables {
  low: Uint32Array[]
  high: Uint32Array[]
}

const buildTables = (): HalfTables => {
  const low = Array.from({ length: SLICES }, () => new Uint32Array(256))
  const high = Array.from({ length: SLICES }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let l = byte
    let h = 0
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1
      l = (l >>> 1) | ((h & 1) << 31)
      h >>>= 1
      if (carry) {
        l ^= POLYNOMIAL_LOW
        h ^= POLYNOMIAL_HIGH
      }
    }
    low[0]![byte] = l
    high[0]![byte] = h
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const l = low[slice - 1]![byte]!
      const h = high[slice - 1]![byte]!
      low[slice]![byte] = ((l >>> 8) | (h << 24)) ^ low[0]![l & 255]!
      high[slice]![byte] = (h >>> 8) ^ high[0]![l & 255]!
    }
  }
  return { low, high }
}

type Eight = [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array]

const tables = buildTables()
const [l0, l1, l2, l3, l4, l5, l6, l7] = tables.low as Eight
const [h0, h1, h2, h3, h4, h5, h6, h7] = tables.high as Eight

const advance = (state: Int32Array, bytes: Uint8Array): void => {
  let low = state[0]!
  let high = state[1]!
  let i = 0
  for (; i + 8 <= bytes.length; i += 8) {
    low ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    high ^= bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24)
    const a = low & 255
    const b = (low >>> 8) & 255
    const c = (low >>> 16) & 255
    const d = low >>> 24
    const e = high & 255
    const f = (high >>> 8) & 255
    const g = (high >>> 16) & 255
    const h = high >>> 24
    low = l7[a]! ^ l6[b]! ^ l5[c]! ^ l4[d]! ^ l3[e]! ^ l2[f]! ^ l1[g]! ^ l0[h]!
    high = h7[a]! ^ h6[b]! ^ h5[c]! ^ h4[d]! ^ h3[e]! ^ h2[f]! ^ h1[g]! ^ h0[h]!
  }
  for (; i < bytes.length; i++) {
    const index = (low ^ bytes[i]!) & 255
    low = ((low >>> 8) | (high << 24)) ^ l0[index]!
    high = (high >>> 8) ^ h0[index]!
  }
  state[0] = low
  state[1] = high
}

/** CRC-64/NVME, eight bytes a step; digests to eight big-endian bytes. */
export const startCrc64Nvme = (): RunningChecksum => {
  const state = new Int32Array([-1, -1])
  return {
    update: (bytes) => advance(state, bytes),
    digest() {
      const digest = Buffer.alloc(8)
      digest.writeInt32BE(~state[1]!, 0)
      digest.writeInt32BE(~state[0]!, 4)
      return digest
    },
  }
}
