import type { JsonObject } from '../interpreter/contract.ts'
import { type IntegrationPorts, type ServiceCall, TaskError } from './integration.ts'
import { hasAction, loadSdkModule, SDK_SERVICES, type SdkService } from './sdk-services.ts'
import { fromCommandOutput, pascalCase, type SchemaSource, toCommandInput, UnknownMemberError } from './sdk-shapes.ts'

/** The answer of a service, with the HTTP answer it came in. */
export interface SdkAnswer {
  output: JsonObject
  headers: Record<string, string>
  statusCode: number
  requestId: string
}

/** A service refused a call. */
export interface SdkFailure {
  /** The error's name in the service's model, e.g. `ConditionalCheckFailedException`. */
  code: string
  /** False for an error the service does not declare; the SDKs then throw their base class. */
  modelled: boolean
  message: string
  statusCode: number
  requestId: string
  extendedRequestId?: string
}

type Command = { middlewareStack: { add(middleware: unknown, options: object): void } }
type Client = { send(command: Command, options: { abortSignal: AbortSignal }): Promise<Record<string, unknown>> }
/** An operation in the SDK's own schemas; input and output come last. */
type OperationSchema = [unknown, unknown, unknown, unknown, () => SchemaSource, () => SchemaSource]
type Constructor<T> = new (input: object) => T

/** Makes one call of an AWS service; rejects with what `failure` builds from the service's refusal. */
export type SdkCaller = (call: ServiceCall, failure: (failure: SdkFailure) => TaskError) => Promise<SdkAnswer>

/** Calls AWS services at the stack's own endpoint, signed with the credentials of the task's role. */
export function createSdkCaller(ports: IntegrationPorts): SdkCaller {
  const clients = new Map<string, Promise<Client>>()

  function clientFor(service: SdkService, module: Record<string, unknown>, roleArn: string): Promise<Client> {
    const key = `${service.client} ${roleArn}`
    const known = clients.get(key)
    if (known) return known
    const client = createClient(service, module, roleArn)
    clients.set(key, client)
    return client
  }

  async function createClient(service: SdkService, module: Record<string, unknown>, roleArn: string): Promise<Client> {
    const Client = module[service.client] as Constructor<Client>
    return new Client({
      region: ports.region,
      endpoint: ports.endpoint,
      credentials: async () => await ports.credentialsFor(roleArn),
      forcePathStyle: true,
      disableHostPrefix: true,
      // Retrying is the machine's decision.
      maxAttempts: 1,
    })
  }

  return async (call, failure) => {
    const service = SDK_SERVICES[call.service]!
    const module = await loadSdkModule(call.service)
    const operation = pascalCase(call.action)
    if (!hasAction(call.service, call.action))
      throw new TaskError('States.Runtime', `The action ${call.action} of ${call.service} does not exist`)
    const schema = module[`${operation}$`] as OperationSchema
    const input = parametersOf(call, schema[4](), service)
    const command = new (module[`${operation}Command`] as Constructor<Command>)(input)
    const http = captureAnswer(command)
    const client = await clientFor(service, module, call.roleArn)
    try {
      const answer = await client.send(command, { abortSignal: call.signal })
      const output = await fromCommandOutput(schema[5](), answer, service.blobs)
      return { output, headers: http.headers, statusCode: http.statusCode, requestId: requestIdOf(http.headers) }
    } catch (error) {
      throw failure(describeFailure(error, { service, module, headers: http.headers }))
    }
  }
}

function parametersOf(call: ServiceCall, schema: SchemaSource, service: SdkService): Record<string, unknown> {
  try {
    return toCommandInput(schema, call.parameters, service.blobs)
  } catch (error) {
    if (error instanceof UnknownMemberError) throw new TaskError('States.Runtime', error.message)
    throw error
  }
}

interface HttpAnswer {
  headers: Record<string, string>
  statusCode: number
}

/** Notes the HTTP answer of a command, which the SDK's own answer does not show. */
function captureAnswer(command: Command): HttpAnswer {
  const http: HttpAnswer = { headers: {}, statusCode: 0 }
  const middleware = (next: (args: object) => Promise<{ response?: HttpAnswer }>) => async (args: object) => {
    const result = await next(args)
    Object.assign(http, { headers: result.response?.headers ?? {}, statusCode: result.response?.statusCode ?? 0 })
    return result
  }
  command.middlewareStack.add(middleware, { step: 'deserialize', name: 'captureAnswer', priority: 'low' })
  return http
}

function requestIdOf(headers: Record<string, string>): string {
  return headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? ''
}

interface SdkError {
  name: string
  message: string
  $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string }
}

function describeFailure(
  error: unknown,
  {
    service,
    module,
    headers,
  }: { service: SdkService; module: Record<string, unknown>; headers: Record<string, string> },
): SdkFailure {
  const { name, message, $metadata } = error as SdkError
  const code = service.errorNames?.[name] ?? name
  return {
    code,
    modelled: typeof module[name] === 'function',
    message,
    statusCode: $metadata?.httpStatusCode ?? 0,
    requestId: $metadata?.requestId ?? requestIdOf(headers),
    ...($metadata?.extendedRequestId === undefined ? {} : { extendedRequestId: $metadata.extendedRequestId }),
  }
}
