import type { RequestHeaders } from '../request-headers.ts'
import { S3Error } from '../s3-error.ts'
import type { ObjectRecord } from '../storage/records.ts'

type Validators = Pick<ObjectRecord, 'etag' | 'lastModified'>

/** The four conditions of HTTP as sent; empty where a request sets none. */
export interface Conditions {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
  ifModifiedSince?: string | undefined
  ifUnmodifiedSince?: string | undefined
}

/** `prefix` is empty for the conditions on the object itself, `x-amz-copy-source-` for those on the source of a copy. */
export const readConditions = (headers: RequestHeaders, prefix = ''): Conditions => ({
  ifMatch: headers[`${prefix}if-match`],
  ifNoneMatch: headers[`${prefix}if-none-match`],
  ifModifiedSince: headers[`${prefix}if-modified-since`],
  ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
})

const matchesEtag = (condition: string, etag: string): boolean =>
  condition.split(',').some((item) => {
    const wanted = item.trim().replace(/^W\//, '').replace(/^"|"$/g, '')
    return wanted === '*' || wanted === etag
  })

/** HTTP dates know no fraction of a second. */
const isModifiedSince = (lastModified: number, date: string): boolean =>
  Math.floor(lastModified / 1000) * 1000 > Date.parse(date)

/** Which condition does not hold; an ETag condition outweighs the date condition beside it. */
const findFailed = (conditions: Conditions, object: Validators): 'precondition' | 'unchanged' | undefined => {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) return 'precondition'
  } else if (ifUnmodifiedSince !== undefined && isModifiedSince(object.lastModified, ifUnmodifiedSince)) {
    return 'precondition'
  }
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag) ? 'unchanged' : undefined
  if (ifModifiedSince === undefined || Number.isNaN(Date.parse(ifModifiedSince))) return undefined
  return isModifiedSince(object.lastModified, ifModifiedSince) ? undefined : 'unchanged'
}

/** For a read: throws PreconditionFailed, or says that the caller's copy is still good. */
export const checkReadConditions = (conditions: Conditions, object: Validators): 'send' | 'unchanged' => {
  const failed = findFailed(conditions, object)
  if (failed === 'precondition') {
    const condition = conditions.ifMatch === undefined ? 'If-Unmodified-Since' : 'If-Match'
    throw new S3Error('PreconditionFailed', undefined, { Condition: condition })
  }
  return failed ?? 'send'
}

/** For the source of a copy, where even an unchanged source is a failure. */
export const checkCopyConditions = (conditions: Conditions, source: Validators): void => {
  const failed = findFailed(conditions, source)
  if (failed !== undefined) throw new S3Error('PreconditionFailed', undefined, { Condition: 'x-amz-copy-source-If-*' })
}

/** For a write: `If-None-Match: *` wants no object there, `If-Match` wants the object with that ETag. */
export const checkWriteConditions = (headers: RequestHeaders, existing: Validators | undefined): void => {
  const ifNoneMatch = headers['if-none-match']
  const ifMatch = headers['if-match']
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', undefined, { Header: 'If-None-Match' })
  }
  if (ifNoneMatch !== undefined && existing) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' })
  }
  if (ifMatch === undefined) return
  if (!existing) throw new S3Error('NoSuchKey')
  if (!matchesEtag(ifMatch, existing.etag)) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' })
  }
}

/** `If-Match` of a deletion, which fails also when nothing is there. */
export const checkDeleteCondition = (ifMatch: string | undefined, existing: Validators | undefined): void => {
  if (ifMatch === undefined || (existing && matchesEtag(ifMatch, existing.etag))) return
  throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' })
}

/** Whether `Range` counts: `If-Range` must name the present ETag or a time since which nothing changed. */
export const rangeApplies = (ifRange: string | undefined, object: Validators): boolean => {
  if (ifRange === undefined) return true
  return ifRange.startsWith('"') ? matchesEtag(ifRange, object.etag) : !isModifiedSince(object.lastModified, ifRange)
}
