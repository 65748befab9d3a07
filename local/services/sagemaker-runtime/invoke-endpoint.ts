import type { ServiceRequest } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { type ContainerReply, isUndelivered } from '../sagemaker/hosting/call-container.ts'
import type { Instance } from '../sagemaker/hosting/instance.ts'
import { findInvocable, pickInstance, type RuntimeContext, type Shares } from './endpoint-access.ts'
import { modelError, problemOfFailure, problemOfReply, validationError } from './invocation-errors.ts'
import type { ReadyWaiters } from './ready-waiters.ts'

export interface InvokerOptions extends RuntimeContext {
  waiters: ReadyWaiters
  /** Milliseconds a container may take. */
  invocationTimeout: number
  /** An invocation of the variant has been answered. */
  onInvoked(endpointName: string, variantName: string): void
}

/** Bytes of a request and of a response. */
const LARGEST_BODY = 6_291_456

/** What SageMaker hands on to the container, under the names it uses there. */
const FORWARDED = [
  'content-type',
  'accept',
  'x-amzn-sagemaker-custom-attributes',
  'x-amzn-sagemaker-inference-id',
] as const

/** `POST /endpoints/{name}/invocations` */
export function createInvoker(options: InvokerOptions): (request: ServiceRequest, name: string) => Promise<void> {
  const { scope, waiters, clock, invocationTimeout, onInvoked } = options
  const shares: Shares = new Map()
  return async (request, name) => {
    const record = findInvocable(options, request, 'InvokeEndpoint', name)
    if (record.asyncInference)
      throw validationError(
        `Endpoint ${name} of account ${scope.accountId} is an asynchronous endpoint: use InvokeEndpointAsync.`,
      )
    const body = request.body ?? Buffer.alloc(0)
    if (body.length > LARGEST_BODY)
      throw new ServiceError('ValidationError', `HTTP content length exceeded ${LARGEST_BODY} bytes.`, {
        statusCode: 413,
      })
    const target = headerOf(request, 'x-amzn-sagemaker-target-variant')
    if (target !== undefined && !record.variants.some((variant) => variant.name === target))
      throw validationError(`Variant ${target} not found for Request`)
    const attempt = (): Instance | undefined =>
      pickInstance(record, options.fleetsOf(name) ?? new Map(), { shares, target })
    const deadline = clock.now() + invocationTimeout
    for (;;) {
      const instance = await waiters.until(name, attempt, deadline)
      if (instance === undefined)
        throw modelError({ status: 503, message: 'No instance of the endpoint is healthy' }, scope, name)
      const reply = await exchange({ request, body, instance, timeout: deadline - clock.now() }).catch(
        (error: unknown) => {
          if (isUndelivered(error)) return undefined
          throw modelError(problemOfFailure(error), scope, name)
        },
      )
      if (reply === undefined) continue
      answer({ request, name, instance, reply }, options)
      onInvoked(name, instance.variantName)
      return
    }
  }
}

interface Exchange {
  request: ServiceRequest
  body: Buffer
  instance: Instance
  timeout: number
}

async function exchange({ request, body, instance, timeout }: Exchange): Promise<ContainerReply> {
  const headers = Object.fromEntries(
    FORWARDED.flatMap((header) => {
      const value = headerOf(request, header)
      return value === undefined ? [] : [[header, value]]
    }),
  )
  instance.inFlight += 1
  try {
    return await instance.invoke({ headers, body, timeout })
  } finally {
    instance.inFlight -= 1
  }
}

interface Answered {
  request: ServiceRequest
  name: string
  instance: Instance
  reply: ContainerReply
}

function answer({ request, name, instance, reply }: Answered, { scope }: InvokerOptions): void {
  const problem = problemOfReply(reply)
  if (problem) throw modelError(problem, scope, name)
  if (reply.body.length > LARGEST_BODY)
    throw modelError({ status: 413, message: `The response is larger than ${LARGEST_BODY} bytes` }, scope, name)
  const attributes = reply.headers['x-amzn-sagemaker-custom-attributes']
  request.outgoing.writeHead(200, {
    'content-type': reply.headers['content-type'] ?? 'application/octet-stream',
    'content-length': reply.body.length,
    'x-amzn-invoked-production-variant': instance.variantName,
    'x-amzn-requestid': request.requestId,
    ...(attributes === undefined ? {} : { 'x-amzn-sagemaker-custom-attributes': attributes }),
  })
  request.outgoing.end(reply.body)
}

/** A header's value; undefined when it is missing or empty. */
export function headerOf({ incoming }: ServiceRequest, name: string): string | undefined {
  const value = incoming.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
