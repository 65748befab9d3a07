import { replyError } from '../../http/reply-error.ts'
import type { AwsService, ServiceRequest } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { wireErrorFrom } from '../../http/wire-error.ts'
import type { AsyncQueue } from './async-queue.ts'
import { readAsyncRequest } from './async-request.ts'
import { findInvocable } from './endpoint-access.ts'
import { validationError } from './invocation-errors.ts'
import { createInvoker, type InvokerOptions } from './invoke-endpoint.ts'

export interface RuntimeOptions extends InvokerOptions {
  queue: AsyncQueue
}

type Route = (request: ServiceRequest, endpointName: string) => Promise<void>

const PATH = /^\/endpoints\/([^/]+)\/([a-z-]+)$/

/** SageMaker Runtime: `InvokeEndpoint` and `InvokeEndpointAsync`. */
export function createSageMakerRuntime(options: RuntimeOptions): AwsService {
  const routes: Record<string, Route> = {
    invocations: createInvoker(options),
    'async-invocations': (request, name) => invokeAsync(request, name, options),
  }
  return {
    async handle(request) {
      try {
        const [, name = '', action = ''] = PATH.exec(request.url.pathname) ?? []
        const route = Object.hasOwn(routes, action) ? routes[action] : undefined
        if (route === undefined || request.incoming.method !== 'POST')
          throw new ServiceError(
            'UnknownOperationException',
            `The laptop stack does not serve ${request.url.pathname}.`,
          )
        await route(request, decodeURIComponent(name))
      } catch (thrown) {
        const error = wireErrorFrom(thrown, { code: 'AccessDeniedException', statusCode: 403 })
        replyError(request.outgoing, 'rest-json', { ...error, requestId: request.requestId })
      }
    },
  }
}

async function invokeAsync(request: ServiceRequest, name: string, options: RuntimeOptions): Promise<void> {
  const { clock, newId, queue, scope } = options
  const record = findInvocable(options, request, 'InvokeEndpointAsync', name)
  const config = record.asyncInference
  if (config === undefined)
    throw validationError(
      `Endpoint ${name} of account ${scope.accountId} is not an asynchronous endpoint: use InvokeEndpoint.`,
    )
  const target = { endpointName: record.name, config, roleArn: record.variants[0]!.container.roleArn }
  const asked = readAsyncRequest(request, target, { now: clock.now(), newId })
  await queue.accept(asked)
  const body = JSON.stringify({ InferenceId: asked.inferenceId })
  request.outgoing.writeHead(202, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-sagemaker-outputlocation': asked.outputLocation,
    ...(asked.failureLocation === undefined ? {} : { 'x-amzn-sagemaker-failurelocation': asked.failureLocation }),
    'x-amzn-requestid': request.requestId,
  })
  request.outgoing.end(body)
}
