import type { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'

/** An object's bytes with what S3 says they are. */
export interface ReadObject {
  bytes: Buffer
  contentType?: string | undefined
}

/** What S3 says when there is no such object and the caller may list the bucket. */
const ABSENT: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound'])

/** A whole object, or undefined when it is not there; `tooLarge` is asked for the failure when it has more than `limit` bytes. */
export async function readObject(
  { bucket, key }: { bucket: string; key: string },
  { limit, tooLarge }: { limit: number; tooLarge: (size: number) => Error },
): Promise<ReadObject | undefined> {
  try {
    return await withTransientErrors(async () => {
      const { Body, ContentLength = 0, ContentType } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      if (ContentLength > limit) {
        // An answer that nobody reads keeps its connection.
        ;(Body as Readable | undefined)?.destroy()
        throw tooLarge(ContentLength)
      }
      return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), contentType: ContentType }
    })
  } catch (error) {
    if (ABSENT.has((error as Error).name)) return undefined
    throw error
  }
}
