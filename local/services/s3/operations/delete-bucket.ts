import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation, type S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'

const holdsAnything = async ({ index, bucket }: S3Call): Promise<boolean> => {
  for await (const _ of index.objectsFrom(bucket, Buffer.alloc(0))) return true
  return false
}

export const deleteBucket: Operation = async (call) => {
  const { request, index, blobs, bucket } = call
  request.authorize('s3:DeleteBucket', bucketArn(bucket))
  const orphans = await index.exclusively(async () => {
    await findBucket(call, bucket)
    if (await holdsAnything(call)) throw new S3Error('BucketNotEmpty', undefined, { BucketName: bucket })
    const uploads = (await index.listUploads()).filter((upload) => upload.bucket === bucket)
    const parts = await Promise.all(uploads.map((upload) => index.listParts(upload.id)))
    for (const upload of uploads) await index.deleteUpload(upload.id)
    await index.deleteBucket(bucket)
    return parts.flat()
  })
  await blobs.discard(orphans.map((part) => part.blob))
  return { status: 204 }
}
