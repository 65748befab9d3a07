import type { S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { UploadRecord } from '../storage/records.ts'

/** The upload that `uploadId` names, if it is one of this bucket and key; throws NoSuchUpload. */
export const findUpload = async (call: S3Call): Promise<UploadRecord> => {
  const id = call.query.get('uploadId') ?? ''
  const upload = id === '' ? undefined : await call.index.getUpload(id)
  if (!upload || upload.bucket !== call.bucket || upload.key !== call.key) {
    throw new S3Error('NoSuchUpload', undefined, { UploadId: id })
  }
  return upload
}
