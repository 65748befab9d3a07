import { replyError } from '../../http/reply-error.ts'
import type { ServiceRequest } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { wireErrorFrom } from '../../http/wire-error.ts'
import type { Invocation, InvocationType, InvokeOptions } from './invocation.ts'
import type { LambdaFunction } from './lambda-function.ts'

export interface OperationContext {
  functions: readonly LambdaFunction[]
  /** Throws `ResourceNotFoundException`. */
  find(arnOrName: string): LambdaFunction
  invokeWith(arnOrName: string, payload: string, options: InvokeOptions): Promise<Invocation>
}

interface Reply {
  statusCode: number
  body: string
  headers?: Record<string, string>
}

type Operation = (request: ServiceRequest, name: string, context: OperationContext) => Promise<Reply> | Reply

/** The operations served, by method and path; the path's parameter is the function's name or ARN. */
const ROUTES: { method: string; path: RegExp; operation: Operation }[] = [
  { method: 'POST', path: /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, operation: invoke },
  { method: 'GET', path: /^\/2015-03-31\/functions\/?$/, operation: listFunctions },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/, operation: getFunctionConfiguration },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)$/, operation: getFunction },
]

/** Answers a request of Lambda's REST API. */
export async function handleRequest(request: ServiceRequest, context: OperationContext): Promise<void> {
  try {
    const { statusCode, body, headers } = await route(request, context)
    request.outgoing.writeHead(statusCode, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': request.requestId,
      ...headers,
    })
    request.outgoing.end(body)
  } catch (thrown) {
    const error = wireErrorFrom(thrown, { code: 'AccessDeniedException', statusCode: 403 })
    replyError(request.outgoing, 'rest-json', { ...error, requestId: request.requestId })
  }
}

async function route(request: ServiceRequest, context: OperationContext): Promise<Reply> {
  const { method = 'GET' } = request.incoming
  const { pathname } = request.url
  for (const { method: served, path, operation } of ROUTES) {
    const match = served === method ? path.exec(pathname) : null
    if (match !== null) return await operation(request, decodeURIComponent(match[1] ?? ''), context)
  }
  throw new ServiceError(
    'UnknownOperationException',
    `The laptop stack does not serve ${method} ${pathname} of Lambda.`,
    {
      statusCode: 404,
    },
  )
}

const INVOCATION_TYPES = ['RequestResponse', 'Event', 'DryRun']

async function invoke(request: ServiceRequest, name: string, { find, invokeWith }: OperationContext): Promise<Reply> {
  const lambda = find(name)
  request.authorize('lambda:InvokeFunction', lambda.arn)
  const type = header(request, 'x-amz-invocation-type') ?? 'RequestResponse'
  if (!INVOCATION_TYPES.includes(type)) {
    throw new ServiceError('InvalidParameterValueException', `Unknown invocation type: ${type}`)
  }
  if (type === 'DryRun') return { statusCode: 204, body: '' }
  const { payload, statusCode, functionError, log } = await invokeWith(lambda.name, request.body?.toString() ?? '', {
    type: type as InvocationType,
    requestId: request.requestId,
    nested: request.principal.arn.includes(':assumed-role/'),
  })
  const wantsLog = type === 'RequestResponse' && header(request, 'x-amz-log-type') === 'Tail'
  return {
    statusCode,
    body: payload,
    headers: {
      'x-amz-executed-version': '$LATEST',
      ...(functionError !== undefined && { 'x-amz-function-error': functionError }),
      ...(wantsLog && { 'x-amz-log-result': logTail(log) }),
    },
  }
}

const LOG_TAIL_BYTES = 4096

function logTail(log: string): string {
  return Buffer.from(`${log}\n`).subarray(-LOG_TAIL_BYTES).toString('base64')
}

function listFunctions(request: ServiceRequest, _name: string, { functions }: OperationContext): Reply {
  request.authorize('lambda:ListFunctions', '*')
  return json({ Functions: functions.map(configuration) })
}

function getFunction(request: ServiceRequest, name: string, { find }: OperationContext): Reply {
  const lambda = find(name)
  request.authorize('lambda:GetFunction', lambda.arn)
  return json({
    Configuration: configuration(lambda),
    Code: { RepositoryType: 'S3', Location: `file://${encodeURI(lambda.zipFile)}` },
  })
}

function getFunctionConfiguration(request: ServiceRequest, name: string, { find }: OperationContext): Reply {
  const lambda = find(name)
  request.authorize('lambda:GetFunctionConfiguration', lambda.arn)
  return json(configuration(lambda))
}

function configuration(lambda: LambdaFunction): object {
  return {
    FunctionName: lambda.name,
    FunctionArn: lambda.arn,
    Description: lambda.description,
    Handler: lambda.handler,
    Runtime: lambda.runtime,
    Role: lambda.roleArn,
    Timeout: lambda.timeoutSeconds,
    MemorySize: lambda.memoryMegabytes,
    Environment: { Variables: lambda.environment },
    Architectures: lambda.architectures,
    LoggingConfig: { LogFormat: 'Text', LogGroup: lambda.logGroup },
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Version: '$LATEST',
  }
}

function json(value: object): Reply {
  return { statusCode: 200, body: JSON.stringify(value) }
}

function header({ incoming }: ServiceRequest, name: string): string | undefined {
  const value = incoming.headers[name]
  return Array.isArray(value) ? value[0] : value
}
