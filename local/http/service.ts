import type { IncomingMessage, ServerResponse } from 'node:http'

/** Who signed a request. */
export interface Principal {
  /** `arn:aws:iam::…:root` for the operator, `arn:aws:sts::…:assumed-role/…` for a role. */
  arn: string
  accountId: string
  accessKeyId: string
}

/** Values of IAM condition keys, e.g. `{ 's3:prefix': 'merges/' }`. */
export type ConditionContext = Record<string, string>

/** One authenticated call in an AWS wire protocol. */
export interface ServiceRequest {
  incoming: IncomingMessage
  outgoing: ServerResponse
  /** Path and query as sent, on the host the client used. */
  url: URL
  region: string
  requestId: string
  principal: Principal
  /** The whole body; undefined for S3, which reads `incoming` as a stream. */
  body?: Buffer
  /** Asks the caller's policies; throws `AccessDeniedError` when they do not allow `action` on `resource`. */
  authorize(action: string, resource: string, context?: ConditionContext): void
}

/** An emulated AWS service: answers every request of its wire protocol, errors included, and never rejects. */
export interface AwsService {
  handle(request: ServiceRequest): Promise<void>
  /** Releases files and timers; what was acknowledged before is on disk. */
  close?(): Promise<void>
}

/** The caller's policies do not allow the action. Services answer it in the form of their own protocol. */
export class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedError'
  readonly action: string
  readonly resource: string

  /** `because` replaces AWS's usual reason, e.g. for an explicit deny; it follows "on resource: …". */
  constructor(principalArn: string, action: string, resource: string, { because }: { because?: string } = {}) {
    const reason = because ?? `because no identity-based policy allows the ${action} action`
    super(`User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`)
    this.action = action
    this.resource = resource
  }
}
