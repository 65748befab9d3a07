import { checkReadConditions, readConditions } from '../objects/conditions.ts'
import { leaseObject } from '../objects/find-object.ts'
import { objectResponseHeaders } from '../objects/object-headers.ts'
import { selectBytes } from '../objects/select-bytes.ts'
import { type Operation, objectArn, type S3Call, type S3Response } from '../s3-call.ts'
import type { ObjectRecord } from '../storage/records.ts'

const NOT_MODIFIED_HEADERS = ['etag', 'last-modified', 'cache-control', 'expires']

const answer = (call: S3Call, record: ObjectRecord): S3Response => {
  const headers = objectResponseHeaders(record, call.query)
  if (checkReadConditions(readConditions(call.headers), record) === 'unchanged') {
    const kept = Object.entries(headers).filter(([name]) => NOT_MODIFIED_HEADERS.includes(name))
    return { status: 304, headers: Object.fromEntries(kept) }
  }
  const selected = selectBytes(call, record)
  return {
    status: selected.status,
    headers: { ...headers, ...selected.headers },
    body: call.blobs.read(record.segments, selected.range),
  }
}

/** GetObject and HeadObject: the same answer, of which a HEAD request is sent the headers only. */
export const getObject: Operation = async (call) => {
  call.request.authorize('s3:GetObject', objectArn(call.bucket, call.key))
  const { record, release } = await leaseObject(call, call.bucket, call.key)
  try {
    return { ...answer(call, record), release }
  } catch (error) {
    release()
    throw error
  }
}
