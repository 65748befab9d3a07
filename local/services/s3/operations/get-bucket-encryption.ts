import type { EncryptionRule } from '../buckets/bucket-configuration.ts'
import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import { writeXml } from '../xml-document.ts'

/** What every bucket has that says nothing else. */
const DEFAULT_RULES: EncryptionRule[] = [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]

export const getBucketEncryption: Operation = async (call) => {
  call.request.authorize('s3:GetEncryptionConfiguration', bucketArn(call.bucket))
  const { configuration } = await findBucket(call, call.bucket)
  const rules = configuration.BucketEncryption?.ServerSideEncryptionConfiguration ?? DEFAULT_RULES
  const body = writeXml('ServerSideEncryptionConfiguration', {
    Rule: rules.map((rule) => ({
      ApplyServerSideEncryptionByDefault: {
        SSEAlgorithm: rule.ServerSideEncryptionByDefault?.SSEAlgorithm ?? 'AES256',
        KMSMasterKeyID: rule.ServerSideEncryptionByDefault?.KMSMasterKeyID,
      },
      BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
    })),
  })
  return { status: 200, body }
}
