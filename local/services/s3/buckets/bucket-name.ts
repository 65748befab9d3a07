import { S3Error } from '../s3-error.ts'

const VALID = /^(?!xn--|sthree-|\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/

/** Throws InvalidBucketName for what S3 would not create. */
export const checkBucketName = (name: string): void => {
  if (!VALID.test(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name })
}
