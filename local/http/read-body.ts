import type { IncomingMessage } from 'node:http'

/** The largest body of a service other than S3. */
export const BODY_LIMIT = 16 * 1024 * 1024

/** The whole body, or `too-large` as soon as it is known to exceed `limit` bytes. Rejects when the client goes away. */
export async function readBody(incoming: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer | 'too-large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return 'too-large'
  const chunks: Buffer[] = []
  let size = 0
  // The refusal travels on the same socket, which leaving the loop would otherwise destroy.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return 'too-large'
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
