import type { UploadRecord } from '../storage/records.ts'
import type { LifecycleRule } from './bucket-configuration.ts'

const DAY = 24 * 60 * 60 * 1000

export interface UploadExpiry {
  /** Milliseconds since the epoch. */
  abortAt: number
  ruleId: string
}

/** When a rule ends an upload: that many days on, at the next midnight UTC, which is when S3 evaluates its rules. */
export const findUploadExpiry = (
  rules: LifecycleRule[],
  upload: Pick<UploadRecord, 'key' | 'initiatedAt'>,
): UploadExpiry | undefined => {
  const expiries = rules
    .filter((rule) => rule.Status === 'Enabled' && upload.key.startsWith(rule.Prefix ?? ''))
    .flatMap((rule) => {
      const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation
      if (days === undefined) return []
      return [{ abortAt: Math.ceil((upload.initiatedAt + days * DAY) / DAY) * DAY, ruleId: rule.Id ?? '' }]
    })
  return expiries.sort((a, b) => a.abortAt - b.abortAt)[0]
}

/** The headers that tell the uploader. */
export const expiryHeaders = (expiry: UploadExpiry | undefined): Record<string, string> =>
  expiry === undefined
    ? {}
    : { 'x-amz-abort-date': new Date(expiry.abortAt).toUTCString(), 'x-amz-abort-rule-id': expiry.ruleId }
