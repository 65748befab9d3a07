import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'

/** One object that a job put out. */
export interface OutputObject {
  /** Below the prefix. */
  name: string
  key: string
  size: number
}

/** Every object under a prefix, page by page. */
export async function listOutputs(bucket: string, prefix: string): Promise<OutputObject[]> {
  const found: OutputObject[] = []
  let token: string | undefined
  do {
    const list = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    const page: ListObjectsV2CommandOutput = await withTransientErrors(() => s3.send(list))
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      found.push({ name: Key.slice(prefix.length), key: Key, size: Size })
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (token !== undefined)
  return found
}
