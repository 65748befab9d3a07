import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../functions/shared/clock.ts'
import { optionalEnv } from '../../functions/shared/env.ts'
import { log } from '../../functions/shared/log.ts'
import type { OpenObject } from './serve/bucket.ts'
import { createContainerServer } from './serve/create-server.ts'
import { createFileCache } from './serve/file-cache.ts'
import { createPainter } from './serve/painter.ts'

/** The container's program: `node --import tsx containers/pocket/serve.ts`. README.md lists the environment variables it reads. */
const cacheDirectory = join(optionalEnv('DARKROOM_CACHE_DIR', tmpdir()), `darkroom-pocket-${process.pid}`)
const painter = createPainter()

// The AWS SDK takes a third of a second to load; requests with models of the endpoint's own never need it.
const openObject: OpenObject = async (place, what) =>
  (await import('./serve/open-object-in-s3.ts')).openObjectInS3(place, what)

const server = createContainerServer({
  painter,
  models: {
    openObject,
    cache: createFileCache(cacheDirectory, Number(optionalEnv('DARKROOM_CACHE_BYTES', String(256 * 1024 * 1024)))),
    modelDirectory: optionalEnv('DARKROOM_MODEL_DIR', '/opt/ml/model'),
  },
  clock: systemClock,
  random: Math.random,
})

server.listen(
  Number(optionalEnv('SAGEMAKER_BIND_TO_PORT', '8080')),
  optionalEnv('DARKROOM_BIND_HOST', '0.0.0.0'),
  () => {
    const { address, port } = server.address() as AddressInfo
    log.info('Listening', { address, port })
  },
)

async function shutDown(signal: string): Promise<void> {
  log.info('Shutting down', { signal })
  server.close()
  server.closeAllConnections()
  await painter.close()
  await rm(cacheDirectory, { recursive: true, force: true })
  process.exit(0)
}

process.once('SIGTERM', shutDown)
process.once('SIGINT', shutDown)
