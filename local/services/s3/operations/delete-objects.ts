import { AccessDeniedError } from '../../../http/service.ts'
import { readDocument } from '../body/read-document.ts'
import { findBucket } from '../buckets/find-bucket.ts'
import { CHECKSUM_ALGORITHMS, checksumHeader } from '../checksums/checksum-algorithms.ts'
import { removeObject } from '../objects/remove-object.ts'
import { type Operation, objectArn, type S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { childText, childTrees, readXml, writeXml, type XmlContent } from '../xml-document.ts'

const LARGEST_COUNT = 1000

interface Deletion {
  key: string
  etag: string | undefined
}

const requireDigest = ({ headers }: S3Call): void => {
  const names = ['content-md5', 'x-amz-trailer', ...CHECKSUM_ALGORITHMS.map(checksumHeader)]
  if (names.some((name) => headers[name] !== undefined)) return
  throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
}

const readDeletion = (tree: Record<string, unknown>): Deletion => {
  const key = childText(tree, 'Key')
  if (!key) throw new S3Error('MalformedXML')
  return { key, etag: childText(tree, 'ETag') }
}

/** Deletes one; what goes wrong is an element of the answer and does not keep the others from being deleted. */
const removeOne = async (
  call: S3Call,
  { key, etag }: Deletion,
): Promise<{ Deleted?: XmlContent; Error?: XmlContent }> => {
  try {
    call.request.authorize('s3:DeleteObject', objectArn(call.bucket, key))
    await removeObject(call, key, etag)
    return { Deleted: { Key: key } }
  } catch (error) {
    if (error instanceof S3Error) return { Error: { Key: key, Code: error.code, Message: error.message } }
    if (error instanceof AccessDeniedError) return { Error: { Key: key, Code: 'AccessDenied', Message: error.message } }
    throw error
  }
}

export const deleteObjects: Operation = async (call) => {
  requireDigest(call)
  const document = readXml(await readDocument(call), 'Delete')
  const deletions = childTrees(document, 'Object').map(readDeletion)
  if (deletions.length === 0 || deletions.length > LARGEST_COUNT) throw new S3Error('MalformedXML')
  await findBucket(call, call.bucket)
  const results = []
  for (const deletion of deletions) results.push(await removeOne(call, deletion))
  const quiet = childText(document, 'Quiet') === 'true'
  const body = writeXml('DeleteResult', {
    Deleted: quiet ? undefined : results.map((result) => result.Deleted),
    Error: results.map((result) => result.Error),
  })
  return { status: 200, body }
}
