import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

export interface AwsActionCall {
  /** `states` */
  service: string
  /** `StartExecution` */
  action: string
  body: string
  roleArn: string
}

export interface AwsActionReply {
  status: number
  headers: Record<string, string>
  body: string
}

export interface AwsActionOptions {
  endpoint: string
  region: string
  credentialsFor(roleArn: string): { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** How the actions of a service are spelt in the JSON protocol. */
const JSON_SERVICES: Record<string, { target: string; version: string }> = {
  dynamodb: { target: 'DynamoDB_20120810', version: '1.0' },
  events: { target: 'AWSEvents', version: '1.1' },
  states: { target: 'AWSStepFunctions', version: '1.0' },
}

class Sha256 {
  readonly #hash

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}

/** Calls a service's action over the stack's own port, signed with the role's credentials, as API Gateway's AWS integrations do. */
export function createAwsActionCaller(options: AwsActionOptions): (call: AwsActionCall) => Promise<AwsActionReply> {
  const { hostname, port, host } = new URL(options.endpoint)
  return async ({ service, action, body, roleArn }) => {
    const protocol = JSON_SERVICES[service]
    if (protocol === undefined) throw new Error(`API Gateway on the laptop cannot call the service ${service}`)
    const signer = new SignatureV4({
      service,
      region: options.region,
      credentials: options.credentialsFor(roleArn),
      sha256: Sha256,
    })
    const signed = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      headers: {
        host,
        'content-type': `application/x-amz-json-${protocol.version}`,
        'x-amz-target': `${protocol.target}.${action}`,
      },
      body,
    })
    const response = await fetch(options.endpoint, { method: 'POST', headers: signed.headers, body })
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
  }
}
