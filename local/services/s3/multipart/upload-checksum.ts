import { parseAlgorithm } from '../body/expected-digests.ts'
import { type ChecksumAlgorithm, checksumTraits, DEFAULT_ALGORITHM } from '../checksums/checksum-algorithms.ts'
import type { RequestHeaders } from '../request-headers.ts'
import { S3Error } from '../s3-error.ts'
import type { UploadRecord } from '../storage/records.ts'

/** Reads which checksum a new upload will have. */
export const readUploadChecksum = (headers: RequestHeaders): UploadRecord['checksum'] => {
  const declared = headers['x-amz-checksum-algorithm']
  const type = headers['x-amz-checksum-type']?.toUpperCase()
  if (declared === undefined) {
    if (type !== undefined) {
      const message = 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'
      throw new S3Error('InvalidRequest', message)
    }
    return { algorithm: DEFAULT_ALGORITHM, type: 'FULL_OBJECT', declared: false }
  }
  const algorithm = parseAlgorithm(declared)
  const traits = checksumTraits(algorithm)
  const chosen = type === undefined ? traits.defaultType : traits.types.find((candidate) => candidate === type)
  if (chosen === undefined) {
    const message = `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`
    throw new S3Error('InvalidRequest', message)
  }
  return { algorithm, type: chosen, declared: true }
}

/** A part must come with the checksum its upload declared; a full-object checksum can be computed without the sender's help. */
export const checkPartAlgorithm = (upload: UploadRecord['checksum'], sent: ChecksumAlgorithm | undefined): void => {
  if (!upload.declared || sent === upload.algorithm) return
  if (sent === undefined && upload.type === 'FULL_OBJECT') return
  const [expected, actual] = [upload.algorithm.toLowerCase(), sent?.toLowerCase() ?? 'null']
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`
  throw new S3Error('InvalidRequest', message)
}
