import type { IncomingHttpHeaders } from 'node:http'

/** Request headers as an operation reads them: lower-case names, one string each. */
export type RequestHeaders = Record<string, string | undefined>

/** Signing puts these into a presigned URL, and S3 takes no notice of them there. */
const IGNORED_IN_QUERY = /^x-amz-(checksum-|sdk-checksum-)/

/** A presigned URL carries in its query what would be `x-amz-*` headers: both forms read alike, a real header wins. */
export const effectiveHeaders = (headers: IncomingHttpHeaders, query: URLSearchParams): RequestHeaders => {
  const effective: RequestHeaders = {}
  for (const [name, value] of query) {
    const lower = name.toLowerCase()
    if (lower.startsWith('x-amz-') && !IGNORED_IN_QUERY.test(lower)) effective[lower] = value
  }
  for (const [name, value] of Object.entries(headers)) {
    effective[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return effective
}
