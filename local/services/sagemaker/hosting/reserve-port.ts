import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Given out lately: the system may offer a port again before its program listens on it. */
const recent: number[] = []
const REMEMBERED = 200

/** A port that nothing listens on. */
export async function reservePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    if (recent.includes(port)) continue
    recent.push(port)
    recent.splice(0, recent.length - REMEMBERED)
    return port
  }
}
