import { AccessDeniedError, type ServiceRequest } from '../../http/service.ts'
import { answerPreflight, crossOriginHeaders } from './answer-preflight.ts'
import { findOperation } from './find-operation.ts'
import { OPERATIONS } from './operation-table.ts'
import { parseAddress } from './request-address.ts'
import { effectiveHeaders } from './request-headers.ts'
import type { S3Call, S3Environment, S3Response } from './s3-call.ts'
import { S3Error } from './s3-error.ts'
import { hostIdOf, sendResponse } from './send-response.ts'
import { writeErrorXml } from './xml-document.ts'

const toS3Error = (error: unknown): S3Error => {
  if (error instanceof S3Error) return error
  if (error instanceof AccessDeniedError) return new S3Error('AccessDenied', error.message)
  return new S3Error('InternalError', error instanceof Error ? error.message : undefined)
}

const describeError = (request: ServiceRequest, error: S3Error): S3Response => ({
  status: error.status,
  body: writeErrorXml({
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: request.url.pathname,
    RequestId: request.requestId,
    HostId: hostIdOf(request.requestId),
  }),
})

const readCall = (environment: S3Environment, request: ServiceRequest): S3Call => {
  const { incoming, url } = request
  const address = parseAddress(incoming.url ?? '/', url.hostname)
  return { ...environment, request, ...address, headers: effectiveHeaders(incoming.headers, address.query) }
}

const run = async (call: S3Call): Promise<S3Response> => {
  const method = call.request.incoming.method ?? 'GET'
  if (method === 'OPTIONS') return answerPreflight(call)
  const operation = findOperation(OPERATIONS, { ...call, method })
  if (!operation) throw new S3Error('MethodNotAllowed', undefined, { Method: method })
  if (!operation.run) {
    throw new S3Error('NotImplemented', `${operation.name} is not implemented by the S3 of the laptop stack`)
  }
  return operation.run(call)
}

const answer = async (environment: S3Environment, request: ServiceRequest): Promise<S3Response> => {
  let crossOrigin: Record<string, string> = {}
  try {
    const call = readCall(environment, request)
    if (request.incoming.method !== 'OPTIONS') crossOrigin = await crossOriginHeaders(call)
    const response = await run(call)
    return { ...response, headers: { ...crossOrigin, ...response.headers } }
  } catch (error) {
    const response = describeError(request, toS3Error(error))
    return { ...response, headers: crossOrigin }
  }
}

/** Answers one request of the S3 REST protocol. */
export const handleRequest = async (environment: S3Environment, request: ServiceRequest): Promise<void> =>
  sendResponse(request, await answer(environment, request))
