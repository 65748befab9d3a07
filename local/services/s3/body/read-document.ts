import type { S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import { readExpectedDigests } from './expected-digests.ts'
import { receiveBody } from './receive-body.ts'

/** Ten thousand parts with checksums come to about three megabytes. */
const LARGEST_DOCUMENT = 8 * 1024 * 1024

/** The whole body of a request that carries a document, verified by `headers`; empty when there is none. */
export const readDocument = async (call: S3Call, headers = call.headers): Promise<string> => {
  const expected = readExpectedDigests({ 'content-length': '0', ...headers })
  if (expected.length > LARGEST_DOCUMENT) throw new S3Error('MalformedXML')
  const pieces: Buffer[] = []
  await receiveBody(call.request.incoming, { expected, wanted: [], sink: (payload) => void pieces.push(payload) })
  return Buffer.concat(pieces).toString('utf8')
}
