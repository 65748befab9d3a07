import { checksumHeader } from '../checksums/checksum-algorithms.ts'
import type { S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { ByteRange } from '../storage/blob-directory.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { parseRange } from './byte-range.ts'
import { rangeApplies } from './conditions.ts'
import { checksumResponseHeaders } from './object-headers.ts'

/** Which bytes a GET or HEAD is about, and the headers that say so. */
export interface SelectedBytes {
  status: 200 | 206
  range: ByteRange
  headers: Record<string, string>
}

const wantsChecksum = (call: S3Call): boolean => call.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'

const describe = (range: ByteRange, size: number): Record<string, string> => ({
  'content-length': String(range.end - range.start + 1),
  'content-range': `bytes ${range.start}-${range.end}/${size}`,
})

const selectPart = (call: S3Call, object: ObjectRecord, text: string): SelectedBytes => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
  }
  const parts = object.parts ?? [{ number: 1, checksum: object.checksum.value }]
  // S3 counts the parts of a completed object from one, whatever their numbers were in the upload.
  const part = parts[number - 1]
  if (!part) {
    throw new S3Error('InvalidPartNumber', undefined, { ActualPartCount: parts.length, PartNumberRequested: number })
  }
  const start = object.segments.slice(0, number - 1).reduce((sum, segment) => sum + segment.size, 0)
  const range = { start, end: start + object.segments[number - 1]!.size - 1 }
  return {
    status: 206,
    range,
    headers: {
      ...describe(range, object.size),
      ...(object.parts && { 'x-amz-mp-parts-count': String(parts.length) }),
      ...(wantsChecksum(call) &&
        part.checksum !== undefined && {
          [checksumHeader(object.checksum.algorithm)]: part.checksum,
          'x-amz-checksum-type': object.checksum.type,
        }),
    },
  }
}

/** Reads `partNumber` and `Range`. The checksum goes with the whole object and with whole parts only, for only those it describes. */
export const selectBytes = (call: S3Call, object: ObjectRecord): SelectedBytes => {
  const partNumber = call.query.get('partNumber')
  const rangeHeader = call.headers.range
  if (partNumber !== null) {
    if (rangeHeader !== undefined) {
      throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter')
    }
    return selectPart(call, object, partNumber)
  }
  const range = rangeApplies(call.headers['if-range'], object) ? parseRange(rangeHeader, object.size) : undefined
  if (range) return { status: 206, range, headers: describe(range, object.size) }
  return {
    status: 200,
    range: { start: 0, end: object.size - 1 },
    headers: {
      'content-length': String(object.size),
      ...(wantsChecksum(call) && checksumResponseHeaders(object.checksum)),
    },
  }
}
