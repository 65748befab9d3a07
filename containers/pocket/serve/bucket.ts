import { refuse } from './container-error.ts'

/** An object that can be fetched: what it is now, and its bytes. */
export interface StoredObject {
  readonly size: number
  readonly etag: string
  read(): Promise<Uint8Array>
}

/** Where an object lies. */
export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

/** Opens an object; `what` is how messages call it. Throws `ModelNotFound` when nothing is there. */
export type OpenObject = (place: ObjectPlace, what: string) => Promise<StoredObject>

/** Bucket and key of an `s3://bucket/key` address. Throws `InvalidPayload` naming the field. */
export function parseS3Address(address: string, field: string): ObjectPlace {
  const [, bucket, key] =
    /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? refuse(field, `is "${address}"; give s3://bucket/key`)
  return { bucket: bucket!, key: key! }
}
