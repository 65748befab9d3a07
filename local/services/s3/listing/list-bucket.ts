import { findBucket } from '../buckets/find-bucket.ts'
import { bucketArn, type S3Call } from '../s3-call.ts'
import type { ObjectRecord } from '../storage/records.ts'
import type { XmlContent } from '../xml-document.ts'
import { type ListingEntry, type ListingPage, listKeys } from './list-keys.ts'
import { listingContext, readEncoding, readLimit } from './listing-parameters.ts'

/** What the two versions of ListObjects have in common. */
export interface BucketListing extends ListingPage<ObjectRecord> {
  encode(name: string): string
  /** Elements that both answer. */
  common: Record<string, XmlContent>
  contents: Record<string, XmlContent>[]
}

const describe = (key: string, object: ObjectRecord): Record<string, XmlContent> => ({
  Key: key,
  LastModified: new Date(object.lastModified).toISOString(),
  ETag: `"${object.etag}"`,
  ChecksumAlgorithm: object.checksum.algorithm,
  ChecksumType: object.checksum.type,
  Size: object.size,
  StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD',
})

const isKey = (entry: ListingEntry<ObjectRecord>): entry is { key: string; item: ObjectRecord } => 'key' in entry

/** Authorises and lists; `after` is where the version of the request says to go on. */
export const listBucket = async (call: S3Call, after: string): Promise<BucketListing> => {
  const { bucket, query, index } = call
  call.request.authorize('s3:ListBucket', bucketArn(bucket), listingContext(query))
  await findBucket(call, bucket)
  const encode = readEncoding(query)
  const request = {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    limit: readLimit(query, 'max-keys'),
    after,
  }
  const source = async function* (from: Buffer) {
    for await (const { key, record } of index.objectsFrom(bucket, from)) yield { key, item: record }
  }
  const page = await listKeys(source, request)
  return {
    ...page,
    encode,
    common: {
      Name: bucket,
      Prefix: encode(request.prefix),
      Delimiter: request.delimiter === '' ? undefined : encode(request.delimiter),
      MaxKeys: request.limit,
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: page.truncated,
      CommonPrefixes: page.entries.flatMap((entry) => (isKey(entry) ? [] : [{ Prefix: encode(entry.commonPrefix) }])),
    },
    contents: page.entries.filter(isKey).map(({ key, item }) => describe(encode(key), item)),
  }
}
