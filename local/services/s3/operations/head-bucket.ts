import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation } from '../s3-call.ts'

export const headBucket: Operation = async (call) => {
  call.request.authorize('s3:ListBucket', bucketArn(call.bucket))
  await findBucket(call, call.bucket)
  return { status: 200, headers: { 'x-amz-bucket-region': call.region, 'x-amz-access-point-alias': 'false' } }
}
