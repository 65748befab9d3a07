import type { IncomingMessage } from 'node:http'

/** The wire formats of AWS services. */
export type Protocol = 'json-1.0' | 'json-1.1' | 'query' | 'rest-json' | 's3'

/** The wire format of a request, which is also the format its errors must have. */
export function protocolOf(incoming: IncomingMessage, service: string | undefined): Protocol {
  const contentType = incoming.headers['content-type'] ?? ''
  if (service === 's3') return 's3'
  if (incoming.headers['x-amz-target'] !== undefined) return contentType.includes('json-1.0') ? 'json-1.0' : 'json-1.1'
  if (contentType.startsWith('application/x-www-form-urlencoded')) return 'query'
  if (/[?&]Action=/.test(incoming.url ?? '')) return 'query'
  return 'rest-json'
}
