import { createServer } from 'node:net'

/** Something already listens on a port that the stack wants. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError'

  constructor(port: number, option: string) {
    super(`port ${port} is in use: stop what listens there, or choose another with ${option}`)
  }
}

/** `port` if it is free, or a free one for 0. Throws `PortInUseError` naming the option that changes it. */
export function findFreePort(port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(port, option) : error)
    })
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      const found = typeof address === 'object' && address !== null ? address.port : port
      probe.close(() => resolve(found))
    })
  })
}
