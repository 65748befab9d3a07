import { expect } from 'chai'
import type { UsagePlanModel } from '../../../../../../local/services/apigateway/model/api-model.ts'
import { createRequestMeter } from '../../../../../../local/services/apigateway/usage/request-meter.ts'

describe('the request meter', () => {
  let now: number
  let meter: ReturnType<typeof createRequestMeter>
  const times = (count: number, plan: UsagePlanModel, keyId = 'k'): string[] =>
    Array.from({ length: count }, () => meter(plan, keyId))

  beforeEach(() => {
    now = Date.UTC(2025, 9, 11, 23, 59, 59)
    meter = createRequestMeter({ now: () => now, setTimer: () => () => undefined })
  })

  it('lets everything pass without throttle and quota', () => {
    expect(new Set(times(1000, { id: 'p', keyIds: [] }))).to.deep.equal(new Set(['ok']))
  })

  it('allows a burst, then the rate', () => {
    const plan = { id: 'p', keyIds: [], rateLimit: 2, burstLimit: 3 }
    expect(times(4, plan)).to.deep.equal(['ok', 'ok', 'ok', 'THROTTLED'])
    now += 1000
    expect(times(3, plan)).to.deep.equal(['ok', 'ok', 'THROTTLED'])
    expect(meter(plan, 'other key')).to.equal('ok')
  })

  const PERIODS: ['DAY' | 'WEEK' | 'MONTH', sooner: number, later: number][] = [
    ['DAY', Date.UTC(2025, 9, 11, 23, 59, 59, 999), Date.UTC(2025, 9, 12)],
    ['WEEK', Date.UTC(2025, 9, 11, 23, 59, 59, 999), Date.UTC(2025, 9, 12)],
    ['MONTH', Date.UTC(2025, 9, 31, 23, 59, 59), Date.UTC(2025, 10, 1)],
  ]
  for (const [period, sooner, later] of PERIODS) {
    it(`counts the quota of a ${period.toLowerCase()} until the next begins`, () => {
      const plan = { id: 'p', keyIds: [], quota: { limit: 2, offset: 0, period } }
      expect(times(3, plan)).to.deep.equal(['ok', 'ok', 'QUOTA_EXCEEDED'])
      now = sooner
      expect(meter(plan, 'k')).to.equal('QUOTA_EXCEEDED')
      now = later
      expect(meter(plan, 'k')).to.equal('ok')
    })
  }
})
