import type { S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { BucketRecord } from '../storage/records.ts'

/** The bucket of that name; throws NoSuchBucket. */
export const findBucket = async (call: Pick<S3Call, 'index'>, name: string): Promise<BucketRecord> => {
  const bucket = await call.index.getBucket(name)
  if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: name })
  return bucket
}
