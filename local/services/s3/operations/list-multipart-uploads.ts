import { findBucket } from '../buckets/find-bucket.ts'
import { entryName, type ListingEntry, listKeys } from '../listing/list-keys.ts'
import { listingContext, readEncoding, readLimit } from '../listing/listing-parameters.ts'
import { bucketArn, type Operation } from '../s3-call.ts'
import type { UploadRecord } from '../storage/records.ts'
import { writeXml, type XmlContent } from '../xml-document.ts'

const byKeyThenAge = (a: UploadRecord, b: UploadRecord): number =>
  Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiatedAt - b.initiatedAt || (a.id < b.id ? -1 : 1)

/** The uploads behind the markers: later keys, and of the marked key those that follow the marked upload. */
const behindMarkers = (uploads: UploadRecord[], key: string, id: string): UploadRecord[] => {
  const marked = id === '' ? -1 : uploads.findIndex((upload) => upload.key === key && upload.id === id)
  if (marked >= 0) return uploads.slice(marked + 1)
  return uploads.filter((upload) => Buffer.compare(Buffer.from(upload.key), Buffer.from(key)) > 0)
}

const sourceOf = (uploads: UploadRecord[]) =>
  async function* (from: Buffer) {
    for (const upload of uploads) {
      if (Buffer.compare(Buffer.from(upload.key), from) >= 0) yield { key: upload.key, item: upload }
    }
  }

const describe = (upload: UploadRecord, key: string, accountId: string): XmlContent => ({
  Key: key,
  UploadId: upload.id,
  Initiator: { ID: upload.initiator, DisplayName: upload.initiator.split('/').at(-1) },
  Owner: { ID: accountId },
  StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
  Initiated: new Date(upload.initiatedAt).toISOString(),
  ChecksumAlgorithm: upload.checksum.algorithm,
  ChecksumType: upload.checksum.type,
})

const isUpload = (entry: ListingEntry<UploadRecord>): entry is { key: string; item: UploadRecord } => 'key' in entry

export const listMultipartUploads: Operation = async (call) => {
  const { request, bucket, query, index } = call
  request.authorize('s3:ListBucketMultipartUploads', bucketArn(bucket), listingContext(query))
  await findBucket(call, bucket)
  const encode = readEncoding(query)
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '')
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const limit = readLimit(query, 'max-uploads')
  const own = (await index.listUploads()).filter((upload) => upload.bucket === bucket).sort(byKeyThenAge)
  const remaining = behindMarkers(own, keyMarker, idMarker)
  // The uploads of one key share its place, so the marker has been applied already; a marked common prefix has not.
  const after = delimiter !== '' && keyMarker.endsWith(delimiter) ? keyMarker : ''
  const { entries, truncated } = await listKeys(sourceOf(remaining), { prefix, delimiter, limit, after })
  const last = truncated ? entries.at(-1) : undefined
  const body = writeXml('ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encode(entryName(last)),
    NextUploadIdMarker: last && isUpload(last) ? last.item.id : undefined,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxUploads: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: truncated,
    Upload: entries.filter(isUpload).map(({ key, item }) => describe(item, encode(key), request.principal.accountId)),
    CommonPrefixes: entries.flatMap((entry) => (isUpload(entry) ? [] : [{ Prefix: encode(entry.commonPrefix) }])),
  })
  return { status: 200, body }
}
