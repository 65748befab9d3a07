import { findBucket } from '../buckets/find-bucket.ts'
import type { S3Call } from '../s3-call.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { checkWriteConditions } from './conditions.ts'

const blobsOf = (record: ObjectRecord | undefined): string[] => record?.segments.map((segment) => segment.blob) ?? []

/** Makes a record the object under the call's key, if the write conditions hold at that moment, and discards what it replaces. */
export const commitObject = async (call: S3Call, record: ObjectRecord): Promise<void> => {
  const { index, blobs, bucket, key } = call
  try {
    const replaced = await index.exclusively(async () => {
      await findBucket(call, bucket)
      const existing = await index.getObject(bucket, key)
      checkWriteConditions(call.headers, existing)
      await index.putObject(bucket, key, record)
      return existing
    })
    await blobs.discard(blobsOf(replaced))
  } catch (error) {
    await blobs.discard(blobsOf(record))
    throw error
  }
}
