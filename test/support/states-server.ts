import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../../local/clock.ts'
import type { InvokeFunction } from '../../local/integrations/integration.ts'
import type { PublishEvent } from '../../local/services/states/announcements/outbox.ts'
import {
  createStatesService,
  type StatesService,
  type StatesServiceOptions,
} from '../../local/services/states/states-service.ts'

/** A Step Functions service alone behind a port, which takes every signature. */
export interface StatesServer {
  endpoint: string
  service: StatesService
  close(): Promise<void>
}

const noFunctions: InvokeFunction = async (functionArn) => {
  throw Object.assign(new Error(`Function not found: ${functionArn}`), { name: 'ResourceNotFoundException' })
}

/** Starts the service on `port` (0: any free one); what `options` leaves out does nothing. */
export async function startStatesServer(
  options: Partial<StatesServiceOptions> & { port?: number } = {},
): Promise<StatesServer> {
  const { port = 0, ...given } = options
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const service = await createStatesService({
    dataDirectory: mkdtempSync(join(tmpdir(), 'darkroom-states-')),
    accountId: '000000000000',
    region: 'us-east-1',
    clock: systemClock,
    invokeFunction: noFunctions,
    credentialsFor: () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
    authorizeAs: () => undefined,
    publishEvent: async () => undefined,
    endpoint,
    ...given,
  })
  serve(server, service, given.accountId ?? '000000000000')
  await service.resume()
  return {
    endpoint,
    service,
    async close() {
      await service.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function serve(server: Server, service: StatesService, accountId: string): void {
  server.on('request', async (incoming, outgoing) => {
    const body = await readBody(incoming)
    await service.handle({
      incoming,
      outgoing,
      url: new URL(incoming.url ?? '/', 'http://127.0.0.1'),
      region: 'us-east-1',
      requestId: randomUUID(),
      principal: { arn: `arn:aws:iam::${accountId}:root`, accountId, accessKeyId: 'test' },
      body,
      authorize: () => undefined,
    })
  })
}

/** Refuses every event in the process that finds no file and writes them down in the next one. */
function publishAfterKill(file: string): PublishEvent {
  const isFirst = !existsSync(file)
  if (isFirst) writeFileSync(file, '')
  return async (entry) => {
    if (isFirst) throw new Error('the bus does not answer')
    appendFileSync(file, `${(JSON.parse(entry.detail) as { status: string }).status}\n`)
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4599' },
      'data-dir': { type: 'string' },
      'lambda-endpoint': { type: 'string' },
      account: { type: 'string', default: '000000000000' },
      // The first process that runs with it takes no event, those after a kill write the status of each into it.
      'events-file': { type: 'string' },
    },
  })
  const server = await startStatesServer({
    port: Number(values.port),
    accountId: values.account,
    ...(values['events-file'] === undefined ? {} : { publishEvent: publishAfterKill(values['events-file']) }),
    ...(values['data-dir'] === undefined ? {} : { dataDirectory: values['data-dir'] }),
    ...(values['lambda-endpoint'] === undefined ? {} : { lambdaEndpoint: values['lambda-endpoint'] }),
  })
  process.stdout.write(`Step Functions at ${server.endpoint}\n`)
  process.once('SIGTERM', () => void server.close().then(() => process.exit()))
}
