import type { Operation } from '../s3-call.ts'
import { writeXml } from '../xml-document.ts'

export const listBuckets: Operation = async ({ request, index, query, region }) => {
  request.authorize('s3:ListAllMyBuckets', 'arn:aws:s3:::*')
  const prefix = query.get('prefix') ?? ''
  const buckets = (await index.listBuckets()).filter((bucket) => bucket.name.startsWith(prefix))
  const body = writeXml('ListAllMyBucketsResult', {
    Owner: { ID: request.principal.accountId },
    Buckets: {
      Bucket: buckets.map((bucket) => ({
        Name: bucket.name,
        CreationDate: new Date(bucket.createdAt).toISOString(),
        BucketRegion: region,
      })),
    },
  })
  return { status: 200, body }
}
