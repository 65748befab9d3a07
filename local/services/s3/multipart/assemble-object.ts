import { combineChecksums } from '../checksums/checksum-algorithms.ts'
import { S3Error } from '../s3-error.ts'
import type { ObjectRecord, PartRecord, StoredChecksum, UploadRecord } from '../storage/records.ts'
import { multipartEtag } from './multipart-etag.ts'
import type { RequestedPart } from './requested-parts.ts'

const SMALLEST_PART = 5 * 1024 * 1024

const invalidPart = (upload: UploadRecord, part: RequestedPart): S3Error =>
  new S3Error('InvalidPart', undefined, { UploadId: upload.id, PartNumber: part.number, ETag: part.etag })

const checkPartChecksums = (upload: UploadRecord, requested: RequestedPart, part: PartRecord): void => {
  const { algorithm, type, declared } = upload.checksum
  if (declared && type === 'COMPOSITE' && requested.checksums[algorithm] === undefined) {
    const name = algorithm.toLowerCase()
    const message = `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${requested.number} in the request.`
    throw new S3Error('InvalidRequest', message)
  }
  for (const [name, value] of Object.entries(requested.checksums)) {
    if (part.checksums[name as keyof PartRecord['checksums']] !== value) throw invalidPart(upload, requested)
  }
}

/** The stored parts that were asked for, in order; throws InvalidPart, InvalidRequest or EntityTooSmall. */
export const selectParts = (upload: UploadRecord, requested: RequestedPart[], stored: PartRecord[]): PartRecord[] => {
  const byNumber = new Map(stored.map((part) => [part.number, part]))
  return requested.map((wanted, index) => {
    const part = byNumber.get(wanted.number)
    if (!part || part.etag !== wanted.etag) throw invalidPart(upload, wanted)
    checkPartChecksums(upload, wanted, part)
    if (part.size < SMALLEST_PART && index < requested.length - 1) {
      throw new S3Error('EntityTooSmall', undefined, {
        ProposedSize: part.size,
        MinSizeAllowed: SMALLEST_PART,
        PartNumber: part.number,
        ETag: part.etag,
      })
    }
    return part
  })
}

const assembleChecksum = ({ checksum }: UploadRecord, parts: PartRecord[]): StoredChecksum => {
  const { algorithm, type } = checksum
  const pieces = parts.map((part) => ({ value: part.checksums[algorithm]!, size: part.size }))
  return { algorithm, type, value: combineChecksums(algorithm, type, pieces) }
}

/** The object that the parts make: their files in order, none of them moved or copied. */
export const assembleObject = (upload: UploadRecord, parts: PartRecord[], now: number): ObjectRecord => ({
  size: parts.reduce((sum, part) => sum + part.size, 0),
  etag: multipartEtag(parts.map((part) => part.etag)),
  lastModified: now,
  headers: upload.headers,
  checksum: assembleChecksum(upload, parts),
  segments: parts.map(({ blob, size }) => ({ blob, size })),
  parts: parts.map((part) => ({ number: part.number, checksum: part.checksums[upload.checksum.algorithm]! })),
})
