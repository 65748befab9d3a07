import type { IncomingMessage } from 'node:http'
import { GatewayError } from './gateway-error.ts'

/** Of API Gateway. */
const BODY_LIMIT = 10 * 1024 * 1024

/**
 * The whole body. Throws REQUEST_TOO_LARGE beyond 10 MB, but only after the client has sent it all: one that is cut off while it sends
 * sees a broken connection instead of the 413.
 */
export async function readLimitedBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= BODY_LIMIT) chunks.push(chunk)
      else chunks.length = 0
    }
  } catch (cause) {
    // The client went away; nobody reads the answer, and it is not the gateway's failure.
    throw new GatewayError('DEFAULT_4XX', { cause })
  }
  if (size > BODY_LIMIT) throw new GatewayError('REQUEST_TOO_LARGE')
  return Buffer.concat(chunks)
}
