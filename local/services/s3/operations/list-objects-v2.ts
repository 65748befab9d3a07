import { listBucket } from '../listing/list-bucket.ts'
import { entryName } from '../listing/list-keys.ts'
import type { Operation } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { writeXml } from '../xml-document.ts'

const writeToken = (name: string): string => Buffer.from(name).toString('base64url')

/** Where a continuation token says to go on. */
const readToken = (token: string): string => {
  const name = Buffer.from(token, 'base64url').toString('utf8')
  if (name === '' || writeToken(name) !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    })
  }
  return name
}

export const listObjectsV2: Operation = async (call) => {
  const token = call.query.get('continuation-token')
  const startAfter = call.query.get('start-after')
  const listing = await listBucket(call, token === null ? (startAfter ?? '') : readToken(token))
  const last = listing.entries.at(-1)
  const owner = call.query.get('fetch-owner') === 'true' ? { Owner: { ID: call.request.principal.accountId } } : {}
  const body = writeXml('ListBucketResult', {
    ...listing.common,
    KeyCount: listing.entries.length,
    StartAfter: startAfter === null ? undefined : listing.encode(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: listing.truncated && last ? writeToken(entryName(last)) : undefined,
    Contents: listing.contents.map((contents) => ({ ...contents, ...owner })),
  })
  return { status: 200, body }
}
