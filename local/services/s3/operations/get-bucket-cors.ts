import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { writeXml } from '../xml-document.ts'

export const getBucketCors: Operation = async (call) => {
  call.request.authorize('s3:GetBucketCORS', bucketArn(call.bucket))
  const { configuration } = await findBucket(call, call.bucket)
  if (!configuration.CorsConfiguration) {
    throw new S3Error('NoSuchCORSConfiguration', undefined, { BucketName: call.bucket })
  }
  const rules = configuration.CorsConfiguration.CorsRules.map((rule) => ({
    ID: rule.Id,
    AllowedOrigin: rule.AllowedOrigins,
    AllowedMethod: rule.AllowedMethods,
    AllowedHeader: rule.AllowedHeaders,
    ExposeHeader: rule.ExposedHeaders,
    MaxAgeSeconds: rule.MaxAge,
  }))
  return { status: 200, body: writeXml('CORSConfiguration', { CORSRule: rules }) }
}
