import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { toDarkroomError } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'
import { CheckpointNotFoundError, InputChangedError, TransientError } from '../errors.ts'
import type { ByteSource } from './byte-source.ts'

/** An object of which size and ETag are known. `name` is what messages call it. */
export interface KnownObject {
  name: string
  bucket: string
  key: string
  size: number
  etag: string
}

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound'])

/** Looks up size and ETag of an object. Throws `CheckpointNotFound` when it is not there, `TransientError` when S3 is not well. */
export async function openS3Object(object: Pick<KnownObject, 'name' | 'bucket' | 'key'>): Promise<ByteSource> {
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: object.bucket, Key: object.key }))
    return createS3Source({ ...object, size: head.ContentLength ?? 0, etag: head.ETag ?? '' })
  } catch (error) {
    throw asReadError(error, object.name)
  }
}

/**
 * Reads ranges of an object as long as it is the one with this ETag. Reading throws `InputChanged` when it was replaced,
 * `CheckpointNotFound` when it is gone, and `TransientError` when S3 sends fewer bytes than it was asked for.
 */
export function createS3Source(object: KnownObject): ByteSource {
  return {
    name: object.name,
    size: object.size,
    etag: object.etag,
    read: async (offset, into) => {
      if (into.length === 0) return
      try {
        await readRange(object, offset, into)
      } catch (error) {
        throw asReadError(error, object.name)
      }
    },
  }
}

async function readRange({ name, bucket, key, etag }: KnownObject, offset: number, into: Uint8Array): Promise<void> {
  const last = offset + into.length - 1
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${offset}-${last}`, IfMatch: etag })
  const { Body } = await s3.send(get)
  let filled = 0
  for await (const chunk of Body as AsyncIterable<Uint8Array>) {
    if (filled + chunk.length > into.length) throw new TransientError(`S3 sent more of ${name} than was asked for`)
    into.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < into.length) throw new TransientError(`S3 sent ${filled} of ${into.length} bytes of ${name}`)
}

function asReadError(error: unknown, name: string): unknown {
  const shape = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  if (shape.$metadata?.httpStatusCode === 412) {
    return new InputChangedError(`${name} was replaced after the merge was planned; start the merge again`, {
      cause: error,
    })
  }
  if (MISSING.has(shape.name ?? '')) return new CheckpointNotFoundError(`The file of ${name} is gone`, { cause: error })
  return toDarkroomError(error)
}
