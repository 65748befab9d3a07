import { UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { s3 } from '../../shared/aws/s3.ts'
import type { Clock } from '../../shared/clock.ts'
import { secondsToLive } from '../../shared/objects/seconds-to-live.ts'

/** Which object's parts are to be uploaded by whoever holds the URLs. */
export interface PartsToSign {
  bucket: string
  key: string
  uploadId: string
  parts: number
}

const LONGEST_SECONDS = 12 * 60 * 60

/**
 * URLs to `PUT` part 1, 2, … to, valid for 12 hours or as long as the credentials that sign them, whichever ends first.
 * Only the host is signed: uploaders may send any content type.
 */
export async function presignParts(wanted: PartsToSign, clock: Clock): Promise<string[]> {
  const { expiration } = await s3.config.credentials()
  const expiresIn = secondsToLive(expiration, { longest: LONGEST_SECONDS, now: clock.now() })
  const urls: string[] = []
  for (let part = 1; part <= wanted.parts; part++) {
    const { bucket: Bucket, key: Key, uploadId: UploadId } = wanted
    urls.push(await getSignedUrl(s3, new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: part }), { expiresIn }))
  }
  return urls
}
