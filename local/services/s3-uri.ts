/** A place in S3. */
export interface S3Location {
  bucket: string
  key: string
}

const S3_URI = /^(?:s3|https):\/\/([^/]+)\/?(.*)$/

/** Throws when the text is not `s3://bucket/key`. */
export function parseS3Uri(uri: string): S3Location {
  const [, bucket, key = ''] = S3_URI.exec(uri) ?? []
  if (bucket === undefined) throw new Error(`'${uri}' is not an S3 URI`)
  return { bucket, key }
}
