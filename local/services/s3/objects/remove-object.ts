import type { S3Call } from '../s3-call.ts'
import { checkDeleteCondition } from './conditions.ts'

/** Deletes an object if it is there; `ifMatch` is the ETag it must have. */
export const removeObject = async ({ index, blobs, bucket }: S3Call, key: string, ifMatch?: string): Promise<void> => {
  const removed = await index.exclusively(async () => {
    const existing = await index.getObject(bucket, key)
    checkDeleteCondition(ifMatch, existing)
    if (existing) await index.deleteObject(bucket, key)
    return existing
  })
  if (removed) await blobs.discard(removed.segments.map((segment) => segment.blob))
}
