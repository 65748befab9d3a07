import { keptAlgorithm, readUploadDigests, receiveBlob } from '../body/receive-blob.ts'
import { findBucket } from '../buckets/find-bucket.ts'
import { commitObject } from '../objects/commit-object.ts'
import {
  checksumResponseHeaders,
  encryptionHeaders,
  readObjectHeaders,
  refuseUnsupportedHeaders,
} from '../objects/object-headers.ts'
import { type Operation, objectArn } from '../s3-call.ts'
import type { ObjectRecord } from '../storage/records.ts'

export const putObject: Operation = async (call) => {
  const { request, bucket, key, clock } = call
  request.authorize('s3:PutObject', objectArn(bucket, key))
  await findBucket(call, bucket)
  refuseUnsupportedHeaders(call.headers)
  const headers = readObjectHeaders(call.headers)
  const expected = readUploadDigests(call)
  const algorithm = keptAlgorithm(expected)
  const { blob, received } = await receiveBlob(call, expected, [algorithm])
  const record: ObjectRecord = {
    size: received.size,
    etag: received.md5,
    lastModified: clock.now(),
    headers,
    checksum: { algorithm, type: 'FULL_OBJECT', value: received.checksums[algorithm]! },
    segments: [{ blob, size: received.size }],
  }
  await commitObject(call, record)
  return {
    status: 200,
    headers: { etag: `"${record.etag}"`, ...encryptionHeaders(headers), ...checksumResponseHeaders(record.checksum) },
  }
}
