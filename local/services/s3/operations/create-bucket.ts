import { readDocument } from '../body/read-document.ts'
import { checkBucketName } from '../buckets/bucket-name.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { childText, readXml } from '../xml-document.ts'

/** The one region in which no location is named and creating a bucket twice is no error. */
const FIRST_REGION = 'us-east-1'

const checkLocation = (document: string, region: string): void => {
  const location =
    document.trim() === '' ? undefined : childText(readXml(document, 'CreateBucketConfiguration'), 'LocationConstraint')
  if ((location ?? FIRST_REGION) === region) return
  const message = `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`
  throw new S3Error('IllegalLocationConstraintException', message)
}

export const createBucket: Operation = async (call) => {
  const { request, index, bucket, region, clock } = call
  request.authorize('s3:CreateBucket', bucketArn(bucket))
  checkBucketName(bucket)
  checkLocation(await readDocument(call), region)
  await index.exclusively(async () => {
    const existing = await index.getBucket(bucket)
    if (existing && region !== FIRST_REGION) {
      throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: bucket })
    }
    if (!existing) await index.putBucket({ name: bucket, createdAt: clock.now(), configuration: {} })
  })
  return { status: 200, headers: { location: `/${bucket}` } }
}
