import { expiryHeaders, findUploadExpiry } from '../buckets/abort-date.ts'
import { findBucket } from '../buckets/find-bucket.ts'
import { readUploadChecksum } from '../multipart/upload-checksum.ts'
import { encryptionHeaders, readObjectHeaders, refuseUnsupportedHeaders } from '../objects/object-headers.ts'
import { type Operation, objectArn } from '../s3-call.ts'
import type { UploadRecord } from '../storage/records.ts'
import { writeXml } from '../xml-document.ts'

export const createMultipartUpload: Operation = async (call) => {
  const { request, bucket, key, index, clock } = call
  request.authorize('s3:PutObject', objectArn(bucket, key))
  const { configuration } = await findBucket(call, bucket)
  refuseUnsupportedHeaders(call.headers)
  const upload: UploadRecord = {
    id: call.createId(),
    bucket,
    key,
    initiatedAt: clock.now(),
    initiator: request.principal.arn,
    headers: readObjectHeaders(call.headers),
    checksum: readUploadChecksum(call.headers),
  }
  await index.putUpload(upload)
  const { algorithm, type, declared } = upload.checksum
  return {
    status: 200,
    headers: {
      ...encryptionHeaders(upload.headers),
      ...(declared && { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type }),
      ...expiryHeaders(findUploadExpiry(configuration.LifecycleConfiguration?.Rules ?? [], upload)),
    },
    body: writeXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id }),
  }
}
