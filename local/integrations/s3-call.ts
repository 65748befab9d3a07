import type { JsonObject } from '../interpreter/contract.ts'
import { TaskError } from './integration.ts'
import type { SdkCaller } from './sdk-call.ts'

/** Calls S3 for a distributed Map; every refusal fails the Map with `error`. */
export async function callS3(
  sdk: SdkCaller,
  { action, parameters, roleArn, error }: { action: string; parameters: JsonObject; roleArn: string; error: string },
): Promise<JsonObject> {
  const call = {
    service: 's3',
    action,
    parameters,
    roleArn,
    executionArn: '',
    stateMachineArn: '',
    signal: new AbortController().signal,
  }
  const answer = await sdk(call, ({ code, message, statusCode, requestId }) => {
    const origin = `(Service: Amazon S3; Status Code: ${statusCode}; Error Code: ${code}; Request ID: ${requestId})`
    return new TaskError(error, `${message} ${origin}`)
  })
  return answer.output
}
