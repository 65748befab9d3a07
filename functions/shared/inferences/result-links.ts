import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { s3 } from '../aws/s3.ts'
import { imageKey, paramsKey } from './inference-keys.ts'
import type { InferenceRecord } from './inference-record.ts'
import type { InferencesContext } from './inferences-context.ts'

type LinkContext = Pick<InferencesContext, 'bucket' | 'cloudfrontDomain'>

const LIFETIME_SECONDS = 3600

/** Addresses of an inference's images, which whoever has them may open. */
export function imageLinks(context: LinkContext, { id, imageNames }: InferenceRecord): Promise<string[]> {
  return Promise.all(imageNames.map((name) => linkTo(context, imageKey(id, name))))
}

/** Address of what is told about the images; good before the object is there. */
export function paramsLink(context: LinkContext, { id }: InferenceRecord): Promise<string> {
  return linkTo(context, paramsKey(id))
}

/** An address of an object for an hour, under the bucket's own name. */
export function presignGet(bucket: string, key: string): Promise<string> {
  return getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: LIFETIME_SECONDS })
}

function linkTo({ bucket, cloudfrontDomain }: LinkContext, key: string): Promise<string> {
  if (cloudfrontDomain === undefined) return presignGet(bucket, key)
  return Promise.resolve(`https://${cloudfrontDomain}/${key.split('/').map(encodeURIComponent).join('/')}`)
}
