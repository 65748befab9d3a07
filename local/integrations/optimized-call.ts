import type { Json, JsonObject } from '../interpreter/contract.ts'
import { type ServiceCall, TaskError } from './integration.ts'
import type { SdkAnswer, SdkCaller, SdkFailure } from './sdk-call.ts'

/** How the Java SDK v1, which optimized integrations are made with, spells a service. */
export interface OptimizedService {
  /** Prefix of error names: `DynamoDB.…`. */
  errorPrefix: string
  /** The service in causes: `AmazonDynamoDBv2`. */
  serviceName: string
  /** The error for codes the service does not declare: `AmazonDynamoDBException`. */
  baseError: string
}

/** A v1 cause: `<message> (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: …; Proxy: null)`. */
export function optimizedError(service: OptimizedService, failure: Omit<SdkFailure, 'extendedRequestId'>): TaskError {
  if (failure.statusCode === 0)
    return new TaskError(
      `${service.errorPrefix}.SdkClientException`,
      `Unable to execute HTTP request: ${failure.message}`,
    )
  const declared = failure.code.endsWith('Exception') ? failure.code : `${failure.code}Exception`
  const name = failure.modelled ? declared : service.baseError
  const { serviceName } = service
  const origin = `(Service: ${serviceName}; Status Code: ${failure.statusCode}; Error Code: ${failure.code}; Request ID: ${failure.requestId}; Proxy: null)`
  return new TaskError(`${service.errorPrefix}.${name}`, `${failure.message} ${origin}`)
}

/** The answer of an optimized integration: the service's own, and the HTTP answer it came in. */
export function withHttpMetadata(
  output: JsonObject,
  http: { headers: Record<string, string>; statusCode: number; requestId: string },
): JsonObject {
  const all = Object.fromEntries(Object.entries(http.headers).map(([name, value]) => [name, [value]]))
  return {
    ...output,
    SdkHttpMetadata: { AllHttpHeaders: all, HttpHeaders: { ...http.headers }, HttpStatusCode: http.statusCode },
    SdkResponseMetadata: { RequestId: http.requestId },
  }
}

/** Calls a service as an optimized integration does. */
export async function callOptimized(sdk: SdkCaller, call: ServiceCall, service: OptimizedService): Promise<Json> {
  const answer: SdkAnswer = await sdk(call, (failure) => optimizedError(service, failure))
  return withHttpMetadata(answer.output, answer)
}
