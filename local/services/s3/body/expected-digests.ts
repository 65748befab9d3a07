import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  checksumTraits,
  isChecksumAlgorithm,
} from '../checksums/checksum-algorithms.ts'
import type { RequestHeaders } from '../request-headers.ts'
import { S3Error } from '../s3-error.ts'

/** What the sender says about its body. */
export interface ExpectedDigests {
  /** Bytes after the chunked framing is taken off. */
  length: number
  chunked: boolean
  md5?: Buffer
  /** SHA-256 of the bytes on the wire, in hexadecimal. */
  sha256?: string
  /** The value is absent when it comes in a trailer, `trailer` then names it. */
  checksum?: { algorithm: ChecksumAlgorithm; value?: string; trailer?: string }
}

const readLength = (headers: RequestHeaders): number => {
  const text = headers['x-amz-decoded-content-length'] ?? headers['content-length']
  if (text === undefined) throw new S3Error('MissingContentLength')
  if (!/^\d+$/.test(text)) throw new S3Error('InvalidArgument', 'Content-Length is not a number')
  return Number(text)
}

const readMd5 = (headers: RequestHeaders): Buffer | undefined => {
  const text = headers['content-md5']
  if (text === undefined) return undefined
  const md5 = Buffer.from(text, 'base64')
  if (md5.length !== 16) throw new S3Error('InvalidDigest')
  return md5
}

const readHeaderChecksum = (headers: RequestHeaders): ExpectedDigests['checksum'] => {
  const present = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined)
  if (present.length > 1) {
    const message = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
    throw new S3Error('InvalidRequest', message)
  }
  const algorithm = present[0]
  if (algorithm === undefined) return undefined
  const value = headers[checksumHeader(algorithm)]!
  if (Buffer.from(value, 'base64').length !== checksumTraits(algorithm).length) {
    throw new S3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`)
  }
  return { algorithm, value }
}

const readTrailerChecksum = (headers: RequestHeaders): ExpectedDigests['checksum'] => {
  const trailer = headers['x-amz-trailer']?.trim().toLowerCase()
  if (trailer === undefined) return undefined
  const algorithm = CHECKSUM_ALGORITHMS.find((candidate) => checksumHeader(candidate) === trailer)
  if (algorithm === undefined) {
    throw new S3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported')
  }
  return { algorithm, trailer }
}

/** `x-amz-sdk-checksum-algorithm` or `x-amz-checksum-algorithm` as an algorithm; throws InvalidRequest for an unknown one. */
export const parseAlgorithm = (text: string): ChecksumAlgorithm => {
  const name = text.toUpperCase()
  if (!isChecksumAlgorithm(name)) {
    const message =
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]'
    throw new S3Error('InvalidRequest', message)
  }
  return name
}

const checkAnnouncement = (announced: string | undefined, found: ExpectedDigests['checksum']): void => {
  if (announced === undefined) return
  const algorithm = parseAlgorithm(announced)
  if (found === undefined) {
    const message =
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
    throw new S3Error('InvalidRequest', message)
  }
  if (found.algorithm !== algorithm) {
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.')
  }
}

/** Reads every digest header of an upload; throws for contradictory or malformed ones. */
export const readExpectedDigests = (headers: RequestHeaders): ExpectedDigests => {
  const payload = headers['x-amz-content-sha256'] ?? ''
  const md5 = readMd5(headers)
  const checksum = readHeaderChecksum(headers) ?? readTrailerChecksum(headers)
  checkAnnouncement(headers['x-amz-sdk-checksum-algorithm'], checksum)
  return {
    length: readLength(headers),
    chunked: payload.startsWith('STREAMING-'),
    ...(md5 && { md5 }),
    ...(/^[0-9a-f]{64}$/i.test(payload) && { sha256: payload.toLowerCase() }),
    ...(checksum && { checksum }),
  }
}
