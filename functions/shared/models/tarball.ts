import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'
import { InvalidRequestError } from '../errors.ts'
import { refuse } from '../http/fields.ts'
import type { ObjectAddress } from './model-record.ts'

/** What a function reads through within its fifteen minutes, with time to spare; larger models are packaged from checkpoints. */
const MOST_PACKED_BYTES = 30 * 1024 ** 3
export const MOST_UNPACKED_BYTES = 40 * 1024 ** 3

/** A model's deletion takes everything with it that lies under its name here. */
const MODELS_PREFIX = 'models/'

/** The tarball that a request names; refuses what is not one of the stack's own bucket. */
export function readSource(uri: string, bucket: string): ObjectAddress {
  const [, named, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  const told = `is "${uri.slice(0, 200)}"`
  if (named === undefined || key === undefined) return refuse('source', told, 'give s3://bucket/key of a model.tar.gz')
  if (named !== bucket)
    return refuse('source', told, `tarballs are taken from the bucket ${bucket} only; copy it there`)
  if (!key.endsWith('.tar.gz')) return refuse('source', told, 'give an object whose name ends in .tar.gz')
  if (key.startsWith(MODELS_PREFIX)) {
    return refuse('source', told, `what is under ${MODELS_PREFIX} goes with its model; put it elsewhere in the bucket`)
  }
  return { bucket, key }
}

/** Size and ETag of the tarball; throws `InvalidRequest` when it is not there or too large. */
export async function lookAtTarball(
  bucket: string,
  { key }: Pick<ObjectAddress, 'key'>,
): Promise<ObjectAddress & { size: number; etag: string }> {
  const head = await headOf({ bucket, key })
  if (!head) throw new InvalidRequestError(`source: there is no object s3://${bucket}/${key}: upload it first`)
  if (head.size > MOST_PACKED_BYTES) {
    throw new InvalidRequestError(
      `source: the tarball has ${head.size} bytes: give at most ${MOST_PACKED_BYTES} (30 GiB), or package checkpoints of the library`,
    )
  }
  return { bucket, key, ...head }
}

async function headOf({ bucket, key }: ObjectAddress): Promise<{ size: number; etag: string } | undefined> {
  try {
    const head = await withTransientErrors(() => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
    return { size: head.ContentLength ?? 0, etag: head.ETag ?? '' }
  } catch (error) {
    if ((error as Error).name === 'NotFound') return undefined
    throw error
  }
}
