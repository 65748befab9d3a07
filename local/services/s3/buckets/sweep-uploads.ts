import type { S3Environment } from '../s3-call.ts'
import type { UploadRecord } from '../storage/records.ts'
import { findUploadExpiry } from './abort-date.ts'

const COMPLETION_REMEMBERED = 24 * 60 * 60 * 1000

/** Removes an upload with its parts; false when it was no longer there. */
export const removeUpload = async ({ index, blobs }: S3Environment, id: string): Promise<boolean> => {
  const parts = await index.exclusively(async () => {
    if (!(await index.getUpload(id))) return undefined
    const found = await index.listParts(id)
    await index.deleteUpload(id)
    return found
  })
  if (parts) await blobs.discard(parts.map((part) => part.blob))
  return parts !== undefined
}

const isExpired = async ({ index, clock }: S3Environment, upload: UploadRecord): Promise<boolean> => {
  const bucket = await index.getBucket(upload.bucket)
  const expiry = findUploadExpiry(bucket?.configuration.LifecycleConfiguration?.Rules ?? [], upload)
  return expiry !== undefined && expiry.abortAt <= clock.now()
}

/** Aborts the uploads whose time is over by their bucket's lifecycle rules. */
export const sweepUploads = async (environment: S3Environment): Promise<void> => {
  for (const upload of await environment.index.listUploads()) {
    if (await isExpired(environment, upload)) await removeUpload(environment, upload.id)
  }
  await environment.index.forgetCompletedBefore(environment.clock.now() - COMPLETION_REMEMBERED)
}
