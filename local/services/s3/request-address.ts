import { S3Error } from './s3-error.ts'

/** What a request is about; the empty string where it names no bucket or no key. */
export interface RequestAddress {
  bucket: string
  key: string
  query: URLSearchParams
}

const LONGEST_KEY = 1024

/** `bucket.s3.…` and `bucket.localhost`; every other host is the service itself, and the path starts with the bucket. */
const VIRTUAL_HOSTS = [
  /^(?<bucket>[a-z0-9][a-z0-9.-]*?)\.s3[.-]/,
  /^(?!s3\.)(?<bucket>[a-z0-9][a-z0-9.-]*?)(?:\.s3)?\.localhost$/,
]

const bucketOfHost = (host: string): string => {
  if (/^s3[.-]/.test(host)) return ''
  for (const pattern of VIRTUAL_HOSTS) {
    const bucket = pattern.exec(host)?.groups?.bucket
    if (bucket !== undefined) return bucket
  }
  return ''
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new S3Error('InvalidURI')
  }
}

const splitPath = (path: string): { bucket: string; key: string } => {
  const slash = path.indexOf('/')
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
}

/**
 * Finds bucket and key in a request target. The target must be the one on the request line: a `URL` has already resolved
 * `.` and `..`, which are ordinary characters in a key.
 */
export const parseAddress = (target: string, host: string): RequestAddress => {
  const mark = target.indexOf('?')
  const path = decode((mark < 0 ? target : target.slice(0, mark)).replace(/^\//, ''))
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
  const hostBucket = bucketOfHost(host.replace(/:\d+$/, '').toLowerCase())
  const { bucket, key } = hostBucket === '' ? splitPath(path) : { bucket: hostBucket, key: path }
  if (Buffer.byteLength(key) > LONGEST_KEY) {
    throw new S3Error('KeyTooLongError', undefined, { Size: Buffer.byteLength(key), MaxSizeAllowed: LONGEST_KEY })
  }
  return { bucket, key, query }
}

/** `x-amz-copy-source`: `/bucket/key` or `bucket/key`, percent-encoded, perhaps with a `versionId`. */
export const parseCopySource = (header: string): { bucket: string; key: string } => {
  const source = splitPath(decode(header.replace(/\?versionId=[^?]*$/, '').replace(/^\//, '')))
  if (source.bucket === '' || source.key === '') {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey')
  }
  return source
}
