import { parseAlgorithm } from '../body/expected-digests.ts'
import { copyBlob } from '../body/receive-blob.ts'
import { findBucket } from '../buckets/find-bucket.ts'
import { checksumElement } from '../checksums/checksum-algorithms.ts'
import { commitObject } from '../objects/commit-object.ts'
import { checkCopyConditions, readConditions } from '../objects/conditions.ts'
import { leaseObject } from '../objects/find-object.ts'
import { encryptionHeaders, readObjectHeaders, refuseUnsupportedHeaders } from '../objects/object-headers.ts'
import { parseCopySource } from '../request-address.ts'
import { type Operation, objectArn, type S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { writeXml } from '../xml-document.ts'

const LARGEST_COPY = 5 * 1024 ** 3
const CHANGES = ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-checksum-algorithm']

const replacesHeaders = ({ headers }: S3Call): boolean => {
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY'
  if (directive !== 'COPY' && directive !== 'REPLACE')
    throw new S3Error('InvalidArgument', 'Unknown metadata directive.')
  return directive === 'REPLACE'
}

const refusePointlessCopy = (call: S3Call, source: { bucket: string; key: string }): void => {
  if (source.bucket !== call.bucket || source.key !== call.key) return
  if (replacesHeaders(call) || CHANGES.some((name) => call.headers[name] !== undefined)) return
  throw new S3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  )
}

/** The storage class and the encryption are the copy's own; the rest comes from the source or the request. */
const headersOfCopy = (call: S3Call, source: ObjectRecord): Record<string, string> => {
  const own = readObjectHeaders(call.headers)
  if (replacesHeaders(call)) return own
  const { 'x-amz-storage-class': _, ...copied } = source.headers
  const storageClass = own['x-amz-storage-class']
  return { ...copied, ...encryptionHeaders(own), ...(storageClass && { 'x-amz-storage-class': storageClass }) }
}

const copyInto = async (call: S3Call, source: ObjectRecord): Promise<ObjectRecord> => {
  const requested = call.headers['x-amz-checksum-algorithm']
  const algorithm = requested === undefined ? source.checksum.algorithm : parseAlgorithm(requested)
  const { blob, received } = await copyBlob(call, { source, range: { start: 0, end: source.size - 1 }, algorithm })
  return {
    size: received.size,
    etag: received.md5,
    lastModified: call.clock.now(),
    headers: headersOfCopy(call, source),
    checksum: { algorithm, type: 'FULL_OBJECT', value: received.checksums[algorithm]! },
    segments: [{ blob, size: received.size }],
  }
}

export const copyObject: Operation = async (call) => {
  const { request, bucket, key, headers } = call
  const source = parseCopySource(headers['x-amz-copy-source']!)
  request.authorize('s3:GetObject', objectArn(source.bucket, source.key))
  request.authorize('s3:PutObject', objectArn(bucket, key))
  await findBucket(call, bucket)
  refuseUnsupportedHeaders(headers)
  refusePointlessCopy(call, source)
  const leased = await leaseObject(call, source.bucket, source.key)
  try {
    checkCopyConditions(readConditions(headers, 'x-amz-copy-source-'), leased.record)
    if (leased.record.size > LARGEST_COPY) {
      const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${LARGEST_COPY}`
      throw new S3Error('InvalidRequest', message)
    }
    const record = await copyInto(call, leased.record)
    await commitObject(call, record)
    const body = writeXml('CopyObjectResult', {
      LastModified: new Date(record.lastModified).toISOString(),
      ETag: `"${record.etag}"`,
      [checksumElement(record.checksum.algorithm)]: record.checksum.value,
      ChecksumType: record.checksum.type,
    })
    return { status: 200, headers: encryptionHeaders(record.headers), body }
  } finally {
    leased.release()
  }
}
