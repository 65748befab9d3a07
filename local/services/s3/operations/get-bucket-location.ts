import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import { writeXml } from '../xml-document.ts'

export const getBucketLocation: Operation = async (call) => {
  call.request.authorize('s3:GetBucketLocation', bucketArn(call.bucket))
  await findBucket(call, call.bucket)
  // The first region is named by an empty element.
  return { status: 200, body: writeXml('LocationConstraint', call.region === 'us-east-1' ? '' : call.region) }
}
