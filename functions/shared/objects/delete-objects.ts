import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'
import { TransientError } from '../errors.ts'

/** Deletes every object under a prefix, page by page. Repeatable; throws when S3 keeps one of them. */
export async function deleteObjects(bucket: string, prefix: string): Promise<void> {
  let token: string | undefined
  do {
    const list: ListObjectsV2Command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    const page = await withTransientErrors(() => s3.send(list))
    await deleteKeys(
      bucket,
      (page.Contents ?? []).map(({ Key }) => Key as string),
    )
    token = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

/** Deletes at most 1,000 objects by their keys; keys that are not there are fine. Throws when S3 keeps one of them. */
export async function deleteKeys(bucket: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true }
  const { Errors = [] } = await withTransientErrors(() => s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete })))
  const kept = Errors[0]
  if (kept) throw new TransientError(`S3 did not delete ${kept.Key}: ${kept.Code} ${kept.Message}`)
}
