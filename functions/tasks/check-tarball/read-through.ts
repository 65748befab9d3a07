import { GetObjectCommand } from '@aws-sdk/client-s3'
import { isTransientAwsError, toDarkroomError } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { InputChangedError, InvalidRequestError, TransientError } from '../../shared/errors.ts'
import type { ObjectAddress } from '../../shared/models/model-record.ts'

/** The object as it was when reading began. */
export type OpenedObject = ObjectAddress & { size: number; etag: string }

/** Connections that break without a byte having come. */
const MOST_FAILURES = 5

/**
 * The bytes of an object from the first to the last. A connection that breaks is taken up again where it broke, as long
 * as the object is still the same one. Throws `InputChanged` or `InvalidRequest` when it is not there any more.
 */
export async function* readThrough(object: OpenedObject): AsyncGenerator<Uint8Array> {
  let offset = 0
  let failures = 0
  while (offset < object.size) {
    try {
      for await (const chunk of await openAt(object, offset)) {
        offset += chunk.length
        failures = 0
        yield chunk
      }
      if (offset < object.size) throw new TransientError(`S3 ended ${object.key} at byte ${offset}`)
    } catch (error) {
      failures++
      if (failures >= MOST_FAILURES || !isBrokenConnection(error)) throw asReadError(error, object)
    }
  }
}

async function openAt({ bucket, key, etag }: OpenedObject, offset: number): Promise<AsyncIterable<Uint8Array>> {
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag, Range: `bytes=${offset}-` })
  return (await s3.send(get)).Body as AsyncIterable<Uint8Array>
}

function isBrokenConnection(error: unknown): boolean {
  const { name, message } = error as Error
  return error instanceof TransientError || isTransientAwsError(error) || name === 'AbortError' || message === 'aborted'
}

function asReadError(error: unknown, { bucket, key }: OpenedObject): unknown {
  const shape = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  if (shape.$metadata?.httpStatusCode === 412) {
    return new InputChangedError(`s3://${bucket}/${key} was replaced while it was being read`, { cause: error })
  }
  if (shape.name === 'NoSuchKey' || shape.name === 'NotFound') {
    return new InvalidRequestError(`source: there is no object s3://${bucket}/${key} any more`, { cause: error })
  }
  return isBrokenConnection(error)
    ? new TransientError(`s3://${bucket}/${key} could not be read through`)
    : toDarkroomError(error)
}
