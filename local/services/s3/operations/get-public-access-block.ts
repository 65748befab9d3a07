import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { writeXml } from '../xml-document.ts'

export const getPublicAccessBlock: Operation = async (call) => {
  call.request.authorize('s3:GetBucketPublicAccessBlock', bucketArn(call.bucket))
  const block = (await findBucket(call, call.bucket)).configuration.PublicAccessBlockConfiguration
  if (!block) throw new S3Error('NoSuchPublicAccessBlockConfiguration', undefined, { BucketName: call.bucket })
  const body = writeXml('PublicAccessBlockConfiguration', {
    BlockPublicAcls: block.BlockPublicAcls ?? false,
    IgnorePublicAcls: block.IgnorePublicAcls ?? false,
    BlockPublicPolicy: block.BlockPublicPolicy ?? false,
    RestrictPublicBuckets: block.RestrictPublicBuckets ?? false,
  })
  return { status: 200, body }
}
