import { findBucket } from '../buckets/find-bucket.ts'
import { removeObject } from '../objects/remove-object.ts'
import { type Operation, objectArn } from '../s3-call.ts'

export const deleteObject: Operation = async (call) => {
  call.request.authorize('s3:DeleteObject', objectArn(call.bucket, call.key))
  await findBucket(call, call.bucket)
  await removeObject(call, call.key, call.headers['if-match'])
  return { status: 204 }
}
