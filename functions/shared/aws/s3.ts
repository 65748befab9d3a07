import { S3Client } from '@aws-sdk/client-s3'

/**
 * The S3 client of every function. Checksums only where S3 demands them: by default the SDK would sign an empty body's
 * CRC32 into presigned part URLs, which no uploader can meet, and bind clients' multipart uploads to CRC32.
 */
export const s3 = new S3Client({
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
})
