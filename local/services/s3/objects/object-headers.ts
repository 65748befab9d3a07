import { checksumHeader } from '../checksums/checksum-algorithms.ts'
import type { RequestHeaders } from '../request-headers.ts'
import { S3Error, type S3ErrorCode } from '../s3-error.ts'
import type { ObjectRecord, StoredChecksum } from '../storage/records.ts'

const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
]
const METADATA_PREFIX = 'x-amz-meta-'
const LARGEST_METADATA = 2048
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream'

/** Headers that ask for what this S3 does not do: refused, so that nobody believes it was done. */
const REFUSED_HEADERS: [RegExp, S3ErrorCode][] = [
  [/^x-amz-(tagging$|website-redirect-location$|object-lock-|server-side-encryption-customer-)/, 'NotImplemented'],
  [/^x-amz-grant-/, 'AccessControlListNotSupported'],
]

/** A bucket that enforces its owner takes these two and no other. */
const HARMLESS_ACLS = new Set(['bucket-owner-full-control', 'private'])

/** Throws for headers of an upload or copy that could not be honoured. */
export const refuseUnsupportedHeaders = (headers: RequestHeaders): void => {
  for (const name of Object.keys(headers)) {
    const refused = REFUSED_HEADERS.find(([pattern]) => pattern.test(name))
    if (refused) throw new S3Error(refused[1], undefined, { Header: name })
  }
  if (!HARMLESS_ACLS.has(headers['x-amz-acl'] ?? 'private')) throw new S3Error('AccessControlListNotSupported')
}

/** `aws-chunked` describes the way to S3, not the object. */
const withoutAwsChunked = (encoding: string): string =>
  encoding
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && item !== 'aws-chunked')
    .join(',')

const readMetadata = (headers: RequestHeaders): Record<string, string> => {
  const metadata: Record<string, string> = {}
  let size = 0
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(METADATA_PREFIX) || value === undefined) continue
    metadata[name] = value
    size += name.length - METADATA_PREFIX.length + value.length
  }
  if (size > LARGEST_METADATA) {
    throw new S3Error('MetadataTooLarge', undefined, { Size: size, MaxSizeAllowed: LARGEST_METADATA })
  }
  return metadata
}

/** What an object keeps of the headers it was uploaded with, and answers on every read. */
export const readObjectHeaders = (headers: RequestHeaders): Record<string, string> => {
  const kept: Record<string, string> = {
    'content-type': DEFAULT_CONTENT_TYPE,
    'x-amz-server-side-encryption': 'AES256',
  }
  for (const name of KEPT_HEADERS) {
    const value = name === 'content-encoding' ? withoutAwsChunked(headers[name] ?? '') : headers[name]
    if (value) kept[name] = value
  }
  if (kept['x-amz-storage-class'] === 'STANDARD') delete kept['x-amz-storage-class']
  return { ...kept, ...readMetadata(headers) }
}

/** The encryption headers with which a write is acknowledged. */
export const encryptionHeaders = (kept: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(kept).filter(([name]) => name.startsWith('x-amz-server-side-encryption')))

export const checksumResponseHeaders = (checksum: StoredChecksum): Record<string, string> => ({
  [checksumHeader(checksum.algorithm)]: checksum.value,
  'x-amz-checksum-type': checksum.type,
})

const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/** The headers with which an object is sent; `response-*` in the query replaces what was stored. */
export const objectResponseHeaders = (object: ObjectRecord, query: URLSearchParams): Record<string, string> => {
  const headers: Record<string, string> = {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  }
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`)
    if (value !== null) headers[name] = value
  }
  return headers
}
