import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ServiceRequest } from '../../http/service.ts'
import type { S3Response } from './s3-call.ts'

const XML = 'application/xml'

/** S3's second id of a request; any opaque text does. */
export const hostIdOf = (requestId: string): string => createHash('sha256').update(requestId).digest('base64')

const writeHead = ({ outgoing, requestId }: ServiceRequest, { status, headers, body }: S3Response): void => {
  const text = typeof body === 'string' && body !== ''
  const describesText = text ? { 'content-type': XML, 'content-length': String(Buffer.byteLength(body)) } : {}
  const describesNothing = body === undefined && status !== 204 && status !== 304 ? { 'content-length': '0' } : {}
  outgoing.writeHead(status, {
    'x-amz-request-id': requestId,
    'x-amz-id-2': hostIdOf(requestId),
    server: 'AmazonS3',
    ...describesText,
    ...describesNothing,
    ...headers,
  })
}

/** Sends an answer; a HEAD request gets the headers only. Never rejects: who hangs up needs no answer. */
export const sendResponse = async (request: ServiceRequest, response: S3Response): Promise<void> => {
  const { outgoing, incoming } = request
  try {
    writeHead(request, response)
    if (incoming.method === 'HEAD' || response.body === undefined || typeof response.body === 'string') {
      outgoing.end(incoming.method === 'HEAD' ? undefined : response.body)
    } else {
      await pipeline(Readable.from(response.body, { objectMode: false, highWaterMark: 1 }), outgoing)
    }
  } catch {
    outgoing.destroy()
  } finally {
    response.release?.()
    // What the client still sends of a refused body is read to its end, so that it gets to reading the answer.
    incoming.resume()
  }
}
