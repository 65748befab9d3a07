import { InvalidRequestError } from '../../shared/errors.ts'
import { readObject } from '../../shared/objects/read-object.ts'
import type { CheckImagesEvent } from './check-images.ts'

/** A file of a manifest. */
export interface ManifestFile {
  name: string
  bucket: string
  key: string
}

const MOST_MANIFEST_BYTES = 32 * 1024 * 1024

/** The files of a manifest `[{"prefix":"s3://bucket/folder/"},"a.png",…]` that the batch has. */
export async function readBatch({ bucket, key, from, count }: CheckImagesEvent): Promise<ManifestFile[]> {
  const where = `The manifest s3://${bucket}/${key}`
  const tooLarge = (size: number) => new InvalidRequestError(`${where} has ${size} bytes`)
  const object = await readObject({ bucket, key }, { limit: MOST_MANIFEST_BYTES, tooLarge })
  if (object === undefined) throw new InvalidRequestError(`${where} is not there`)
  const [head, ...names] = JSON.parse(object.bytes.toString('utf8')) as [{ prefix: string }, ...string[]]
  const address = /^s3:\/\/([^/]+)\/(.*)$/.exec(head.prefix)
  if (!address) throw new InvalidRequestError(`${where} begins with the prefix ${head.prefix}`)
  const [, owner = '', prefix = ''] = address
  return names.slice(from, from + count).map((name) => ({ name, bucket: owner, key: prefix + name }))
}
