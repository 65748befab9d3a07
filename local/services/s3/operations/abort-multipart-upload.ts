import { removeUpload } from '../buckets/sweep-uploads.ts'
import { findUpload } from '../multipart/find-upload.ts'
import { type Operation, objectArn } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'

export const abortMultipartUpload: Operation = async (call) => {
  call.request.authorize('s3:AbortMultipartUpload', objectArn(call.bucket, call.key))
  const upload = await findUpload(call)
  if (!(await removeUpload(call, upload.id))) throw new S3Error('NoSuchUpload', undefined, { UploadId: upload.id })
  return { status: 204 }
}
