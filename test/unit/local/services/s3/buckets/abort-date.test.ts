import { expect } from 'chai'
import { findUploadExpiry } from '../../../../../../local/services/s3/buckets/abort-date.ts'

const rule = (days: number, Prefix: string, Status: 'Enabled' | 'Disabled' = 'Enabled') => ({
  Id: `${Prefix}${days}`,
  Status,
  Prefix,
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: days },
})
const UPLOAD = { key: 'merges/one', initiatedAt: Date.UTC(2026, 0, 1, 15, 30) }

describe('The lifecycle of an incomplete upload', () => {
  it('ends at the midnight after its days', () => {
    expect(findUploadExpiry([rule(1, '')], UPLOAD)?.abortAt).to.equal(Date.UTC(2026, 0, 3))
  })

  it('follows the earliest rule for its prefix', () => {
    const rules = [rule(7, ''), rule(2, 'merges/'), rule(1, 'models/'), rule(1, 'merges/', 'Disabled')]
    expect(findUploadExpiry(rules, UPLOAD)?.ruleId).to.equal('merges/2')
  })

  it('does not end without a rule', () => {
    expect(findUploadExpiry([{ Status: 'Enabled', ExpirationInDays: 1 }], UPLOAD)).to.equal(undefined)
  })
})
