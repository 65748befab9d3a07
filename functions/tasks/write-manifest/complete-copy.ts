import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import type { CopiedArtifact } from '../copy-artifact/copy-artifact.ts'

/** Makes one object of the parts that were copied. An upload that is gone was completed by an attempt before, or the object is missing, which is seen later. */
export async function completeCopy(
  { bucket, key, uploadId }: { bucket: string; key: string; uploadId: string },
  parts: readonly CopiedArtifact[],
): Promise<void> {
  const Parts = parts
    .map(({ part = 0, etag }) => ({ PartNumber: part, ETag: etag }))
    .sort((one, other) => one.PartNumber - other.PartNumber)
  const complete = new CompleteMultipartUploadCommand({
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts },
  })
  try {
    await withTransientErrors(() => s3.send(complete))
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error
  }
}
