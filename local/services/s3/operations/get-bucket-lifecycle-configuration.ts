import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { writeXml } from '../xml-document.ts'

export const getBucketLifecycleConfiguration: Operation = async (call) => {
  call.request.authorize('s3:GetLifecycleConfiguration', bucketArn(call.bucket))
  const { configuration } = await findBucket(call, call.bucket)
  if (!configuration.LifecycleConfiguration) {
    throw new S3Error('NoSuchLifecycleConfiguration', undefined, { BucketName: call.bucket })
  }
  const rules = configuration.LifecycleConfiguration.Rules.map((rule) => ({
    ID: rule.Id,
    Filter: { Prefix: rule.Prefix ?? '' },
    Status: rule.Status,
    Expiration: rule.ExpirationInDays === undefined ? undefined : { Days: rule.ExpirationInDays },
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload && { ...rule.AbortIncompleteMultipartUpload },
  }))
  return { status: 200, body: writeXml('LifecycleConfiguration', { Rule: rules }) }
}
