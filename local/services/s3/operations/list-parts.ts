import { expiryHeaders, findUploadExpiry } from '../buckets/abort-date.ts'
import { findBucket } from '../buckets/find-bucket.ts'
import { checksumElement } from '../checksums/checksum-algorithms.ts'
import { readLimit } from '../listing/listing-parameters.ts'
import { findUpload } from '../multipart/find-upload.ts'
import { type Operation, objectArn } from '../s3-call.ts'
import type { PartRecord, UploadRecord } from '../storage/records.ts'
import { writeXml, type XmlContent } from '../xml-document.ts'

const describePart = (upload: UploadRecord, part: PartRecord): XmlContent => ({
  PartNumber: part.number,
  LastModified: new Date(part.lastModified).toISOString(),
  ETag: `"${part.etag}"`,
  Size: part.size,
  [checksumElement(upload.checksum.algorithm)]: part.checksums[upload.checksum.algorithm],
})

export const listParts: Operation = async (call) => {
  const { request, bucket, key, query, index } = call
  request.authorize('s3:ListMultipartUploadParts', objectArn(bucket, key))
  const upload = await findUpload(call)
  const { configuration } = await findBucket(call, bucket)
  const limit = readLimit(query, 'max-parts')
  const marker = Number(query.get('part-number-marker') ?? 0)
  const remaining = (await index.listParts(upload.id)).filter((part) => part.number > marker)
  const parts = remaining.slice(0, limit)
  const body = writeXml('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: upload.id,
    Initiator: { ID: upload.initiator, DisplayName: upload.initiator.split('/').at(-1) },
    Owner: { ID: request.principal.accountId },
    StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: remaining.length > parts.length,
    ChecksumAlgorithm: upload.checksum.algorithm,
    ChecksumType: upload.checksum.type,
    Part: parts.map((part) => describePart(upload, part)),
  })
  const expiry = findUploadExpiry(configuration.LifecycleConfiguration?.Rules ?? [], upload)
  return { status: 200, headers: expiryHeaders(expiry), body }
}
