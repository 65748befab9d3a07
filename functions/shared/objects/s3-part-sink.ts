import { UploadPartCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'
import { crcOf, crcToBase64 } from './crc32.ts'
import type { PartSink } from './part-sink.ts'

/** Stores parts in an open multipart upload, each with its CRC-32, which S3 checks. */
export function createS3PartSink(upload: { bucket: string; key: string; uploadId: string }): PartSink {
  return {
    write: async (partNumber, bytes) => {
      const crc32 = crcToBase64(crcOf(bytes))
      const put = new UploadPartCommand({
        Bucket: upload.bucket,
        Key: upload.key,
        UploadId: upload.uploadId,
        PartNumber: partNumber,
        Body: bytes,
        ContentLength: bytes.length,
        ChecksumCRC32: crc32,
      })
      const { ETag } = await withTransientErrors(() => s3.send(put))
      return { etag: ETag ?? '', crc32 }
    },
  }
}
