import { type Properties, readText } from '../read-properties.ts'

/** What an integration calls. */
export type IntegrationTarget =
  | { kind: 'mock' }
  | { kind: 'lambda-proxy'; functionArn: string }
  | { kind: 'lambda'; functionArn: string }
  | { kind: 'action'; service: string; action: string }

const INVOCATION = /:lambda:path\/+2015-03-31\/functions\/(.+)\/invocations$/
const ACTION = /^arn:[\w-]+:apigateway:[\w-]+:([\w.-]+):action\/(\w+)$/

/** The target of `Integration: { Type, Uri }`. Throws for what the laptop stack does not serve. */
export function readIntegrationTarget(integration: Properties, where: string): IntegrationTarget {
  const type = readText(integration, 'Type') ?? ''
  const uri = readText(integration, 'Uri') ?? ''
  if (type === 'MOCK') return { kind: 'mock' }
  const functionArn = readFunctionArn(uri)
  if (type === 'AWS_PROXY' && functionArn) return { kind: 'lambda-proxy', functionArn }
  if (type === 'AWS' && functionArn) return { kind: 'lambda', functionArn }
  const [, service, action] = (type === 'AWS' && ACTION.exec(uri)) || []
  if (service && action) return { kind: 'action', service, action }
  throw new Error(`${where}: the laptop stack has no integration of type ${type} with the URI ${uri}`)
}

/** The function in `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<arn>/invocations`. */
export function readFunctionArn(uri: string): string | undefined {
  return INVOCATION.exec(uri)?.[1]
}
