import { openS3Object } from '../../../functions/shared/objects/s3-byte-source.ts'
import type { OpenObject } from './bucket.ts'
import { ContainerError } from './container-error.ts'

/** Objects of S3, through the ordinary client. */
export const openObjectInS3: OpenObject = async ({ bucket, key }, what) => {
  const source = await openS3Object({ name: what, bucket, key }).catch((cause: Error) => {
    if (cause.name !== 'CheckpointNotFound') throw cause
    throw new ContainerError('ModelNotFound', `${what} was not found at s3://${bucket}/${key}`, { cause })
  })
  return {
    size: source.size,
    etag: source.etag,
    read: async () => {
      const bytes = new Uint8Array(source.size)
      await source.read(0, bytes)
      return bytes
    },
  }
}
