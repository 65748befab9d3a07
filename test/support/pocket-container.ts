import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ContainerError } from '../../containers/pocket/serve/container-error.ts'
import { createContainerServer } from '../../containers/pocket/serve/create-server.ts'
import { createFileCache } from '../../containers/pocket/serve/file-cache.ts'
import { createPainter } from '../../containers/pocket/serve/painter.ts'

/** What the container answered. */
export interface ContainerAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: the reply of each task has its own fields, which the tests name
  body: any
}

/** The pocket container's server in this process, with objects in memory for those of S3. */
export interface PocketContainer {
  readonly address: string
  /** The endpoint's own models; not there until somebody makes it. */
  readonly modelDirectory: string
  readonly cacheDirectory: string
  /** What lies in the bucket, by key. */
  readonly objects: Map<string, Uint8Array>
  /** How often an object was fetched. */
  reads(): number
  /** Posts an invocation; a text goes as it is. */
  send(body: unknown): Promise<ContainerAnswer>
  stop(): Promise<void>
}

/** Starts it and waits until it is ready. */
export async function startPocketContainer(): Promise<PocketContainer> {
  const directory = await mkdtemp(join(tmpdir(), 'pocket-test-'))
  const [modelDirectory, cacheDirectory] = [join(directory, 'model'), join(directory, 'cache')]
  const objects = new Map<string, Uint8Array>()
  let reads = 0
  process.env.LOG_LEVEL = 'ERROR'
  const painter = createPainter()
  const server = createContainerServer({
    painter,
    clock: { now: () => Date.UTC(2024, 1, 5, 6, 10, 52) },
    random: () => 0.5,
    models: {
      modelDirectory,
      cache: createFileCache(cacheDirectory, 10_000_000),
      openObject: async ({ bucket, key }, what) => {
        const bytes = objects.get(key)
        if (bytes === undefined)
          throw new ContainerError('ModelNotFound', `${what} was not found at s3://${bucket}/${key}`)
        return {
          size: bytes.length,
          etag: `"${bytes.length}"`,
          read: async () => {
            reads++
            return bytes
          },
        }
      },
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  while ((await fetch(`${address}/ping`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    address,
    modelDirectory,
    cacheDirectory,
    objects,
    reads: () => reads,
    send: async (body) => {
      const response = await fetch(`${address}/invocations`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    },
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await painter.close()
      delete process.env.LOG_LEVEL
      await rm(directory, { recursive: true })
    },
  }
}
