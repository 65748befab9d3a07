import type { IncomingMessage } from 'node:http'

/** The largest body of a service other than S3. */
export const BODY_LIMIT = 16 * 1024 * 1024

/** The whole body, or `too-large` as soon as it is known to exceed `limit` bytes. Rejects when the client goes away. */
export function readBody(incoming: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer | 'too-large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return Promise.resolve('too-large')
  // Plain events: an async iterator costs a third of the time of a small call, and leaving it destroys the socket.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else resolve('too-large')
    })
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    incoming.on('error', reject)
    incoming.on('aborted', () => reject(new Error('The client went away')))
  })
}
