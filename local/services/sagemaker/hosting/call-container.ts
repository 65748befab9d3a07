import { type IncomingHttpHeaders, request } from 'node:http'

export interface ContainerRequest {
  port: number
  method: 'GET' | 'POST'
  path: '/ping' | '/invocations'
  headers?: Record<string, string>
  body?: Buffer
  /** Milliseconds for the whole exchange. */
  timeout: number
  signal?: AbortSignal
}

export interface ContainerReply {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** The container did not answer in time. */
export class ContainerTimeoutError extends Error {
  override readonly name = 'ContainerTimeoutError'
}

/** One HTTP exchange with a container; rejects with `ContainerTimeoutError` or with what the socket says. */
export function callContainer(call: ContainerRequest): Promise<ContainerReply> {
  return new Promise((resolve, reject) => {
    const { port, method, path, headers = {}, body, timeout, signal } = call
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { ...headers, ...length },
        ...(signal && { signal }),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
        )
      },
    )
    const timer = setTimeout(() => outgoing.destroy(new ContainerTimeoutError(`No answer in ${timeout} ms`)), timeout)
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Nothing listens at the container's port: the request has not been seen by anybody. */
export function isUndelivered(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
}
