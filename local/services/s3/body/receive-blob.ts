import { type ChecksumAlgorithm, DEFAULT_ALGORITHM } from '../checksums/checksum-algorithms.ts'
import type { S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { ByteRange } from '../storage/blob-directory.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { type ExpectedDigests, readExpectedDigests } from './expected-digests.ts'
import { digestLocalBytes, type ReceivedBody, receiveBody } from './receive-body.ts'

/** Bytes that lie in a file and are verified, but mean nothing yet. */
export interface ReceivedBlob {
  blob: string
  received: ReceivedBody
}

const LARGEST_UPLOAD = 5 * 1024 ** 3

/** The digests an upload announces; throws EntityTooLarge for more than S3 takes in one request. */
export const readUploadDigests = (call: S3Call): ExpectedDigests => {
  const expected = readExpectedDigests(call.headers)
  if (expected.length > LARGEST_UPLOAD) {
    throw new S3Error('EntityTooLarge', undefined, { ProposedSize: expected.length, MaxSizeAllowed: LARGEST_UPLOAD })
  }
  return expected
}

/** Which checksum an object keeps: the one it was sent with, or S3's own. */
export const keptAlgorithm = (expected: ExpectedDigests): ChecksumAlgorithm =>
  expected.checksum?.algorithm ?? DEFAULT_ALGORITHM

/** Streams the body of a request into a new file. */
export const receiveBlob = async (
  { blobs, request }: S3Call,
  expected: ExpectedDigests,
  wanted: ChecksumAlgorithm[],
): Promise<ReceivedBlob> => {
  const { blob, result } = await blobs.write((sink) => receiveBody(request.incoming, { expected, wanted, sink }))
  return { blob, received: result }
}

interface CopyBlobOptions {
  source: ObjectRecord
  range: ByteRange
  algorithm: ChecksumAlgorithm
}

/** Copies bytes of an object into a new file; the object must be leased. */
export const copyBlob = async (
  { blobs }: S3Call,
  { source, range, algorithm }: CopyBlobOptions,
): Promise<ReceivedBlob> => {
  const { blob, result } = await blobs.write((sink) =>
    digestLocalBytes(blobs.read(source.segments, range), [algorithm], sink),
  )
  return { blob, received: result }
}
