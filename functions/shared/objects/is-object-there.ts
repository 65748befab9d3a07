import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'

/** Whether there is such an object. */
export async function isObjectThere({ bucket, key }: { bucket: string; key: string }): Promise<boolean> {
  try {
    await withTransientErrors(() => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
    return true
  } catch (error) {
    if ((error as Error).name === 'NotFound') return false
    throw error
  }
}
