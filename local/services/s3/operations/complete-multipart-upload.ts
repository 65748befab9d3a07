import { readDocument } from '../body/read-document.ts'
import { CHECKSUM_ALGORITHMS, checksumElement, checksumHeader } from '../checksums/checksum-algorithms.ts'
import { assembleObject, selectParts } from '../multipart/assemble-object.ts'
import { findUpload } from '../multipart/find-upload.ts'
import { type RequestedPart, readRequestedParts } from '../multipart/requested-parts.ts'
import { checkWriteConditions } from '../objects/conditions.ts'
import { encryptionHeaders } from '../objects/object-headers.ts'
import type { RequestHeaders } from '../request-headers.ts'
import { type Operation, objectArn, type S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { CompletedUpload, ObjectRecord } from '../storage/records.ts'
import { writeXml } from '../xml-document.ts'

/** In this request alone the checksum headers describe the object and not the body. */
const headersOfDocument = (headers: RequestHeaders): RequestHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^x-amz-(sdk-)?checksum-/.test(name)))

const checkWholeObject = ({ headers }: S3Call, record: ObjectRecord): void => {
  const { algorithm, type, value } = record.checksum
  const wantedType = headers['x-amz-checksum-type']?.toUpperCase()
  if (wantedType !== undefined && wantedType !== type) {
    const message = `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`
    throw new S3Error('InvalidRequest', message)
  }
  for (const candidate of CHECKSUM_ALGORITHMS) {
    const wanted = headers[checksumHeader(candidate)]
    if (
      wanted !== undefined &&
      (candidate !== algorithm || wanted.replace(/-\d+$/, '') !== value.replace(/-\d+$/, ''))
    ) {
      throw new S3Error('BadDigest', `The ${candidate} you specified did not match the calculated checksum.`)
    }
  }
  const wantedSize = headers['x-amz-mp-object-size']
  if (wantedSize !== undefined && Number(wantedSize) !== record.size) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${wantedSize} does not match what was computed: ${record.size}`,
    )
  }
}

/** The answer that a completed upload had, if this request repeats the one that completed it. */
const findRepetition = async (call: S3Call, requested: RequestedPart[]): Promise<CompletedUpload | undefined> => {
  const completed = await call.index.getCompletedUpload(call.query.get('uploadId') ?? '')
  if (!completed || completed.bucket !== call.bucket || completed.key !== call.key) return undefined
  const etags = requested.map((part) => part.etag)
  return etags.length === completed.partEtags.length && etags.every((etag, at) => etag === completed.partEtags[at])
    ? completed
    : undefined
}

interface Completion {
  completed: CompletedUpload
  headers: Record<string, string>
  discarded: string[]
}

const complete = async (call: S3Call, requested: RequestedPart[]): Promise<Completion> => {
  const { index, bucket, key, clock } = call
  const repetition = await findRepetition(call, requested)
  if (repetition) return { completed: repetition, headers: {}, discarded: [] }
  const upload = await findUpload(call)
  const stored = await index.listParts(upload.id)
  const parts = selectParts(upload, requested, stored)
  const record = assembleObject(upload, parts, clock.now())
  checkWholeObject(call, record)
  const existing = await index.getObject(bucket, key)
  checkWriteConditions(call.headers, existing)
  const { etag, checksum } = record
  const partEtags = parts.map((part) => part.etag)
  const completed: CompletedUpload = { bucket, key, completedAt: clock.now(), partEtags, etag, checksum }
  await index.completeUpload(upload.id, record, completed)
  const used = new Set(parts)
  const unused = stored.filter((part) => !used.has(part)).map((part) => part.blob)
  const replaced = existing?.segments.map((segment) => segment.blob) ?? []
  return { completed, headers: encryptionHeaders(upload.headers), discarded: [...unused, ...replaced] }
}

export const completeMultipartUpload: Operation = async (call) => {
  const { request, index, blobs, bucket, key } = call
  request.authorize('s3:PutObject', objectArn(bucket, key))
  const requested = readRequestedParts(await readDocument(call, headersOfDocument(call.headers)))
  const { completed, headers, discarded } = await index.exclusively(() => complete(call, requested))
  await blobs.discard(discarded)
  const body = writeXml('CompleteMultipartUploadResult', {
    Location: `http://${request.url.host}${request.url.pathname}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${completed.etag}"`,
    [checksumElement(completed.checksum.algorithm)]: completed.checksum.value,
    ChecksumType: completed.checksum.type,
  })
  return { status: 200, headers, body }
}
