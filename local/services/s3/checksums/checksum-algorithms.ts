import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type CrcShape, combineCrcs } from './combine-crc.ts'
import { CRC32C_POLYNOMIAL, startCrc32c } from './crc32c.ts'
import { CRC64NVME_POLYNOMIAL, startCrc64Nvme } from './crc64-nvme.ts'
import type { RunningChecksum } from './running-checksum.ts'

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'

/** How the checksum of a multipart object relates to its bytes. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

interface AlgorithmTraits {
  start(): RunningChecksum
  /** Bytes of a digest. */
  length: number
  /** What a multipart upload gets when it names no type. */
  defaultType: ChecksumType
  types: ChecksumType[]
  /** Present for the algorithms whose part values combine into the value of the whole. */
  crc?: CrcShape
}

const startCrc32 = (): RunningChecksum => {
  let crc = 0
  return {
    update(bytes) {
      crc = crc32(bytes, crc)
    },
    digest() {
      const digest = Buffer.alloc(4)
      digest.writeUInt32BE(crc)
      return digest
    },
  }
}

const startHash = (name: string) => (): RunningChecksum => {
  const hash = createHash(name)
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }
}

const TRAITS: Record<ChecksumAlgorithm, AlgorithmTraits> = {
  CRC32: {
    start: startCrc32,
    length: 4,
    defaultType: 'COMPOSITE',
    types: ['COMPOSITE', 'FULL_OBJECT'],
    crc: { width: 32, polynomial: 0xedb88320n },
  },
  CRC32C: {
    start: startCrc32c,
    length: 4,
    defaultType: 'COMPOSITE',
    types: ['COMPOSITE', 'FULL_OBJECT'],
    crc: { width: 32, polynomial: BigInt(CRC32C_POLYNOMIAL) },
  },
  CRC64NVME: {
    start: startCrc64Nvme,
    length: 8,
    defaultType: 'FULL_OBJECT',
    types: ['FULL_OBJECT'],
    crc: { width: 64, polynomial: CRC64NVME_POLYNOMIAL },
  },
  SHA1: { start: startHash('sha1'), length: 20, defaultType: 'COMPOSITE', types: ['COMPOSITE'] },
  SHA256: { start: startHash('sha256'), length: 32, defaultType: 'COMPOSITE', types: ['COMPOSITE'] },
}

/** What S3 computes for a caller that asks for no checksum. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME'

export const CHECKSUM_ALGORITHMS = Object.keys(TRAITS) as ChecksumAlgorithm[]

export const checksumTraits = (algorithm: ChecksumAlgorithm): AlgorithmTraits => TRAITS[algorithm]

/** `CRC32` → `x-amz-checksum-crc32`. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`

/** `CRC32` → `ChecksumCRC32`, its name in XML. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm => name in TRAITS

/** One part's checksum in base64, and the part's length. */
export interface PartChecksum {
  value: string
  size: number
}

/** The checksum of a multipart object: a digest over the part digests with `-N`, or the digest of the whole. */
export const combineChecksums = (algorithm: ChecksumAlgorithm, type: ChecksumType, parts: PartChecksum[]): string => {
  const traits = TRAITS[algorithm]
  const digests = parts.map((part) => Buffer.from(part.value, 'base64'))
  if (type === 'FULL_OBJECT' && traits.crc) {
    return combineCrcs(
      traits.crc,
      parts.map((part, index) => ({ crc: digests[index]!, size: part.size })),
    ).toString('base64')
  }
  const running = traits.start()
  running.update(Buffer.concat(digests))
  return `${running.digest().toString('base64')}-${parts.length}`
}
