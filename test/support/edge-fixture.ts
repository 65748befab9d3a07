import { systemClock } from '../../local/clock.ts'
import { createEdge, type Edge } from '../../local/http/create-edge.ts'
import type { Page } from '../../local/http/page.ts'
import type { AwsService } from '../../local/http/service.ts'
import { createIam, type Iam, type IamRole } from '../../local/services/iam/create-iam.ts'

export interface EdgeFixture {
  edge: Edge
  iam: Iam
  endpoint: string
  /** Configuration of an SDK client: the operator's credentials, or a role's. */
  client(roleArn?: string): ClientConfiguration
}

export interface ClientConfiguration {
  endpoint: string
  region: string
  maxAttempts: number
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

export const accountId = '000000000000'
export const region = 'us-east-1'

/** An edge on a free port with the given services behind it. */
export async function startEdge(options: {
  services: Record<string, AwsService>
  pages?: Page[]
  roles?: IamRole[]
}): Promise<EdgeFixture> {
  const iam = createIam({ accountId, roles: options.roles ?? [], secret: 'of the test' })
  const { services, pages = [] } = options
  const edge = createEdge({ iam, services, pages, clock: systemClock, region, accountId })
  const endpoint = `http://127.0.0.1:${await edge.listen(0)}`
  return {
    edge,
    iam,
    endpoint,
    client: (roleArn) => ({
      endpoint,
      region,
      maxAttempts: 1,
      credentials:
        roleArn === undefined ? { accessKeyId: 'test', secretAccessKey: 'test' } : iam.credentialsFor(roleArn),
    }),
  }
}

/** What a promise rejects with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error as Error & Record<string, unknown>
  throw new Error(`Expected a rejection, got ${JSON.stringify(outcome.value)}`)
}
