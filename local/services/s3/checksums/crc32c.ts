import type { RunningChecksum } from './running-checksum.ts'

/** Castagnoli polynomial, reflected. */
export const CRC32C_POLYNOMIAL = 0x82f63b78

const SLICES = 8

const buildTables = (): Uint32Array[] => {
  const tables = Array.from({ length: SLICES }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1
    tables[0]![byte] = crc
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const previous = tables[slice - 1]![byte]!
      tables[slice]![byte] = (previous >>> 8) ^ tables[0]![previous & 255]!
    }
  }
  return tables
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = buildTables() as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]

const advance = (start: number, bytes: Uint8Array): number => {
  let crc = start
  let i = 0
  for (; i + 8 <= bytes.length; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    crc =
      t7[low & 255]! ^
      t6[(low >>> 8) & 255]! ^
      t5[(low >>> 16) & 255]! ^
      t4[low >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 255]!
  return crc
}

/** CRC-32C, eight bytes a step; digests to four big-endian bytes. */
export const startCrc32c = (): RunningChecksum => {
  let crc = -1
  return {
    update(bytes) {
      crc = advance(crc, bytes)
    },
    digest() {
      const digest = Buffer.alloc(4)
      digest.writeInt32BE(~crc)
      return digest
    },
  }
}
