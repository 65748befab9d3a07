import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../local/clock.ts'
import { AccessDeniedError, type ServiceRequest } from '../../local/http/service.ts'
import { createS3Service, type S3Service } from '../../local/services/s3/create-s3-service.ts'

/** A call of `authorize`, as the service made it. */
export interface AuthorizedAction {
  action: string
  resource: string
  context: Record<string, string> | undefined
}

export interface S3TestServer {
  endpoint: string
  port: number
  service: S3Service
  /** Everything the service asked leave for. */
  actions: AuthorizedAction[]
  /** Actions that are refused from now on, as `action` or `action resource`. */
  denied: Set<string>
  stop(): Promise<void>
}

export interface S3TestServerOptions {
  dataDirectory: string
  clock: Clock
  region?: string
}

const PRINCIPAL = { arn: 'arn:aws:iam::000000000000:root', accountId: '000000000000', accessKeyId: 'test' }

/** Serves S3 alone on a port of its own, behind an edge that believes every signature. */
export const startS3Server = async (options: S3TestServerOptions): Promise<S3TestServer> => {
  const region = options.region ?? 'us-east-1'
  const service = await createS3Service({ dataDirectory: options.dataDirectory, clock: options.clock, region })
  const actions: AuthorizedAction[] = []
  const denied = new Set<string>()
  let requests = 0

  const authorize: ServiceRequest['authorize'] = (action, resource, context) => {
    actions.push({ action, resource, context })
    if (denied.has(action) || denied.has(`${action} ${resource}`)) {
      throw new AccessDeniedError(PRINCIPAL.arn, action, resource)
    }
  }

  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    requests += 1
    void service.handle({
      incoming,
      outgoing,
      url: new URL(incoming.url ?? '/', `http://${incoming.headers.host}`),
      region,
      requestId: `TEST${requests}`,
      principal: PRINCIPAL,
      authorize,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    service,
    actions,
    denied,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await service.close()
    },
  }
}
