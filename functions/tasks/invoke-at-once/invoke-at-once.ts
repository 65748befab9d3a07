import { PutObjectCommand } from '@aws-sdk/client-s3'
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { sagemakerRuntime } from '../../shared/aws/sagemaker-runtime.ts'
import { InvalidRequestError, OutputMissingError } from '../../shared/errors.ts'
import { replyKey } from '../../shared/inferences/inference-keys.ts'
import { toInvocationError } from '../../shared/inferences/invocation-error.ts'
import { log } from '../../shared/log.ts'
import { isObjectThere } from '../../shared/objects/is-object-there.ts'
import { readObject } from '../../shared/objects/read-object.ts'
import type { StoredRequest } from '../prepare-request/prepare-request.ts'

export interface InvokeAtOnceEvent {
  id: string
  endpointName: string
  request: StoredRequest
}

/** SageMaker takes and gives so many bytes in one call. */
const LARGEST_BODY = 6_291_456

/**
 * Asks a real-time endpoint and keeps its reply in the bucket; answers where. A repeat after a lost answer takes the reply
 * that is there instead of rendering again.
 */
export async function invokeAtOnce(bucket: string, event: InvokeAtOnceEvent): Promise<{ outputLocation: string }> {
  const key = replyKey(event.id)
  const outputLocation = `s3://${bucket}/${key}`
  if (await isObjectThere({ bucket, key })) return { outputLocation }
  const { body, contentType } = await invoke(event, await readRequest(event.request))
  await withTransientErrors(() =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType })),
  )
  log.info('Endpoint answered', { inferenceId: event.id, endpointName: event.endpointName, bytes: body.length })
  return { outputLocation }
}

async function readRequest(request: StoredRequest): Promise<Buffer> {
  const tooLarge = (size: number) =>
    new InvalidRequestError(
      `The request has ${size} bytes: a real-time endpoint takes ${LARGEST_BODY}, an async one 1 GB`,
    )
  const object = await readObject(request, { limit: LARGEST_BODY, tooLarge })
  if (object) return object.bytes
  throw new OutputMissingError(`The request s3://${request.bucket}/${request.key} is not there any more`)
}

async function invoke({ endpointName, request }: InvokeAtOnceEvent, body: Buffer) {
  const command = new InvokeEndpointCommand({
    EndpointName: endpointName,
    ContentType: request.contentType,
    Accept: request.accept,
    Body: body,
  })
  try {
    const { Body, ContentType } = await sagemakerRuntime.send(command)
    return { body: Buffer.from(Body ?? []), contentType: ContentType ?? 'application/octet-stream' }
  } catch (error) {
    throw toInvocationError(error, endpointName)
  }
}
