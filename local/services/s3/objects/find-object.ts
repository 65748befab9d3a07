import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { ObjectRecord } from '../storage/records.ts'

export interface LeasedObject {
  record: ObjectRecord
  /** Must be called once the bytes are no longer needed. */
  release(): void
}

/**
 * Finds an object and keeps its bytes readable. Throws NoSuchBucket or NoSuchKey; who may not list the bucket is told
 * AccessDenied instead of NoSuchKey, since the difference would say whether the key exists.
 */
export const leaseObject = async (call: S3Call, bucket: string, key: string): Promise<LeasedObject> => {
  await findBucket(call, bucket)
  const leased = await call.index.exclusively(async () => {
    const record = await call.index.getObject(bucket, key)
    return record && { record, release: call.blobs.lease(record.segments) }
  })
  if (leased) return leased
  call.request.authorize('s3:ListBucket', bucketArn(bucket))
  throw new S3Error('NoSuchKey', undefined, { Key: key })
}
