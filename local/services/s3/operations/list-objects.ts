import { listBucket } from '../listing/list-bucket.ts'
import { entryName } from '../listing/list-keys.ts'
import type { Operation } from '../s3-call.ts'
import { writeXml } from '../xml-document.ts'

export const listObjects: Operation = async (call) => {
  const marker = call.query.get('marker') ?? ''
  const listing = await listBucket(call, marker)
  const last = listing.entries.at(-1)
  // Without a delimiter the caller goes on from the last key it got.
  const namesNext = listing.truncated && last !== undefined && call.query.get('delimiter')
  const body = writeXml('ListBucketResult', {
    ...listing.common,
    Marker: listing.encode(marker),
    NextMarker: namesNext ? listing.encode(entryName(last)) : undefined,
    Contents: listing.contents.map((contents) => ({ ...contents, Owner: { ID: call.request.principal.accountId } })),
  })
  return { status: 200, body }
}
