import { buffer } from 'node:stream/consumers'
import { parseS3Uri } from '../s3-uri.ts'
import type { Scope } from '../sagemaker/arns.ts'
import { type ContainerReply, isUndelivered } from '../sagemaker/hosting/call-container.ts'
import type { Instance } from '../sagemaker/hosting/instance.ts'
import type { ClientsOfRole } from '../sagemaker/role-clients.ts'
import type { AsyncRequest } from './async-request.ts'
import { type ContainerProblem, describeProblem, problemOfFailure, problemOfReply } from './invocation-errors.ts'
import type { AsyncOutcome } from './result-message.ts'
import { refusalOf } from './s3-refusal.ts'

export interface RunOptions {
  instance: Instance
  clients: ClientsOfRole
  scope: Scope
}

/** Has an instance answer a request; undefined when the request did not reach it. Rejects only with what is nobody's answer, e.g. that S3 cannot be reached. */
export async function runAsyncRequest(
  request: AsyncRequest,
  { instance, clients, scope }: RunOptions,
): Promise<AsyncOutcome | undefined> {
  const input = await readInput(request, clients)
  if ('status' in input) return input
  const failed = (problem: ContainerProblem, body?: Buffer, contentType?: string): AsyncOutcome => ({
    status: 'Failed',
    reason: `ClientError: ${describeProblem(problem, scope, request.endpointName)}`,
    ...(body && { body }),
    ...(contentType && { contentType }),
  })
  let reply: ContainerReply
  try {
    reply = await instance.invoke({ headers: headersOf(request), body: input.body, timeout: request.timeout })
  } catch (error) {
    if (isUndelivered(error)) return undefined
    return failed(problemOfFailure(error))
  }
  const contentType = reply.headers['content-type'] ?? 'application/octet-stream'
  const problem = problemOfReply(reply)
  if (problem) return failed(problem, reply.body, contentType)
  return { status: 'Completed', contentType, body: reply.body }
}

async function readInput(
  { body, inputLocation = '' }: AsyncRequest,
  clients: ClientsOfRole,
): Promise<{ body: Buffer } | AsyncOutcome> {
  if (body !== undefined) return { body: Buffer.from(body, 'base64') }
  try {
    return { body: await buffer(await clients.readObject(parseS3Uri(inputLocation))) }
  } catch (error) {
    return {
      status: 'Failed',
      reason: `ClientError: Failed to download data from ${inputLocation}: ${refusalOf(error)}`,
    }
  }
}

function headersOf({ contentType, accept, customAttributes, inferenceId }: AsyncRequest): Record<string, string> {
  return {
    'content-type': contentType ?? 'application/octet-stream',
    ...(accept === undefined ? {} : { accept }),
    ...(customAttributes === undefined ? {} : { 'x-amzn-sagemaker-custom-attributes': customAttributes }),
    'x-amzn-sagemaker-inference-id': inferenceId,
  }
}
