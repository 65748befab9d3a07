import { createHash } from 'node:crypto'

/** The ETag of a completed upload: the MD5 over the MD5s of its parts, and their number. */
export const multipartEtag = (partEtags: string[]): string => {
  const digests = Buffer.concat(partEtags.map((etag) => Buffer.from(etag, 'hex')))
  return `${createHash('md5').update(digests).digest('hex')}-${partEtags.length}`
}
