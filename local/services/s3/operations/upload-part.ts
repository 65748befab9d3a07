import { readUploadDigests, receiveBlob } from '../body/receive-blob.ts'
import { checksumHeader } from '../checksums/checksum-algorithms.ts'
import { commitPart, readPartNumber } from '../multipart/commit-part.ts'
import { findUpload } from '../multipart/find-upload.ts'
import { checkPartAlgorithm } from '../multipart/upload-checksum.ts'
import { encryptionHeaders } from '../objects/object-headers.ts'
import { type Operation, objectArn } from '../s3-call.ts'

export const uploadPart: Operation = async (call) => {
  const { request, bucket, key, clock } = call
  request.authorize('s3:PutObject', objectArn(bucket, key))
  const number = readPartNumber(call.query)
  const upload = await findUpload(call)
  const expected = readUploadDigests(call)
  const sent = expected.checksum?.algorithm
  checkPartAlgorithm(upload.checksum, sent)
  const { blob, received } = await receiveBlob(call, expected, [upload.checksum.algorithm])
  const { size, md5, checksums } = received
  await commitPart(call, upload, { number, size, etag: md5, lastModified: clock.now(), blob, checksums })
  const answered = sent ?? upload.checksum.algorithm
  return {
    status: 200,
    headers: {
      etag: `"${md5}"`,
      ...encryptionHeaders(upload.headers),
      [checksumHeader(answered)]: checksums[answered]!,
    },
  }
}
