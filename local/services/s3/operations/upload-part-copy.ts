import { copyBlob } from '../body/receive-blob.ts'
import { checksumElement } from '../checksums/checksum-algorithms.ts'
import { commitPart, readPartNumber } from '../multipart/commit-part.ts'
import { findUpload } from '../multipart/find-upload.ts'
import { parseCopyRange } from '../objects/byte-range.ts'
import { checkCopyConditions, readConditions } from '../objects/conditions.ts'
import { leaseObject } from '../objects/find-object.ts'
import { encryptionHeaders } from '../objects/object-headers.ts'
import { parseCopySource } from '../request-address.ts'
import { type Operation, objectArn } from '../s3-call.ts'
import type { PartRecord } from '../storage/records.ts'
import { writeXml } from '../xml-document.ts'

export const uploadPartCopy: Operation = async (call) => {
  const { request, bucket, key, headers } = call
  const source = parseCopySource(headers['x-amz-copy-source']!)
  request.authorize('s3:GetObject', objectArn(source.bucket, source.key))
  request.authorize('s3:PutObject', objectArn(bucket, key))
  const number = readPartNumber(call.query)
  const upload = await findUpload(call)
  const { algorithm } = upload.checksum
  const { record, release } = await leaseObject(call, source.bucket, source.key)
  try {
    checkCopyConditions(readConditions(headers, 'x-amz-copy-source-'), record)
    const range = parseCopyRange(headers['x-amz-copy-source-range'], record.size) ?? { start: 0, end: record.size - 1 }
    const { blob, received } = await copyBlob(call, { source: record, range, algorithm })
    const { size, md5, checksums } = received
    const part: PartRecord = { number, size, etag: md5, lastModified: call.clock.now(), blob, checksums }
    await commitPart(call, upload, part)
    const body = writeXml('CopyPartResult', {
      LastModified: new Date(part.lastModified).toISOString(),
      ETag: `"${md5}"`,
      [checksumElement(algorithm)]: checksums[algorithm]!,
    })
    return { status: 200, headers: encryptionHeaders(upload.headers), body }
  } finally {
    release()
  }
}
