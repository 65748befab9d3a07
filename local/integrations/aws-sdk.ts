import type { Action } from './integration.ts'
import { TaskError } from './integration.ts'
import type { SdkCaller, SdkFailure } from './sdk-call.ts'
import { SDK_SERVICES } from './sdk-services.ts'

/** The error names and causes of `aws-sdk` tasks, which Step Functions makes with the Java SDK v2. */
function sdkTaskError(service: string, failure: SdkFailure): TaskError {
  const { errorPrefix } = SDK_SERVICES[service]!
  if (failure.statusCode === 0)
    return new TaskError(`${errorPrefix}.SdkClientException`, `Unable to execute HTTP request: ${failure.message}`)
  const name = failure.modelled ? withSuffix(failure.code) : `${errorPrefix}Exception`
  const extended = failure.extendedRequestId ? `, Extended Request ID: ${failure.extendedRequestId}` : ''
  const origin = `(Service: ${errorPrefix}, Status Code: ${failure.statusCode}, Request ID: ${failure.requestId}${extended})`
  return new TaskError(`${errorPrefix}.${name}`, `${failure.message} ${origin} (SDK Attempt Count: 1)`)
}

function withSuffix(code: string): string {
  return code.endsWith('Exception') ? code : `${code}Exception`
}

/** Any action of a service as `arn:aws:states:::aws-sdk:<service>:<action>`. */
export function createAwsSdkAction(sdk: SdkCaller): Action {
  return {
    patterns: ['requestResponse', 'waitForTaskToken'],
    call: async (call) => (await sdk(call, (failure) => sdkTaskError(call.service, failure))).output,
  }
}
