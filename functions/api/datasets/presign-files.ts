import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { s3 } from '../../shared/aws/s3.ts'
import { secondsToLive } from '../../shared/objects/seconds-to-live.ts'
import type { DatasetsContext } from './datasets-context.ts'

const DAY_SECONDS = 24 * 60 * 60

interface Address {
  Bucket: string
  Key: string
}

const KINDS = {
  upload: { command: (input: Address) => new PutObjectCommand(input), longest: 7 * DAY_SECONDS },
  preview: { command: (input: Address) => new GetObjectCommand(input), longest: DAY_SECONDS },
} as const

/**
 * A URL for each key, valid for as long as the contract says (uploads a week, previews a day) or as the credentials that
 * sign them, whichever ends first. Only the host is signed: uploaders may send any content type, or none.
 */
export async function presignFiles(
  { bucket, clock }: DatasetsContext,
  kind: keyof typeof KINDS,
  keys: readonly string[],
): Promise<string[]> {
  const { expiration } = await s3.config.credentials()
  const { command, longest } = KINDS[kind]
  const expiresIn = secondsToLive(expiration, { longest, now: clock.now() })
  return Promise.all(keys.map((Key) => getSignedUrl(s3, command({ Bucket: bucket, Key }), { expiresIn })))
}
