import type { Clock } from '../../../clock.ts'
import type { UsagePlanModel } from '../model/api-model.ts'

export type Metering = 'ok' | 'THROTTLED' | 'QUOTA_EXCEEDED'

interface Meter {
  tokens: number
  filledAt: number
  period: string
  used: number
}

/**
 * Counts the requests of each key against its plan: a token bucket for rate and burst, a counter a day, week or month for the quota.
 * The counters live in memory: a restart forgets them.
 */
export function createRequestMeter(clock: Clock): (plan: UsagePlanModel, keyId: string) => Metering {
  const meters = new Map<string, Meter>()
  return (plan, keyId) => {
    const now = clock.now()
    const burst = plan.burstLimit ?? plan.rateLimit ?? Number.POSITIVE_INFINITY
    const id = `${plan.id}/${keyId}`
    const before = meters.get(id) ?? { tokens: burst, filledAt: now, period: '', used: 0 }
    const meter = refill(before, plan, now, burst)
    meters.set(id, meter)
    if (meter.tokens < 1) return 'THROTTLED'
    if (plan.quota && meter.used >= plan.quota.limit) return 'QUOTA_EXCEEDED'
    meter.tokens -= 1
    meter.used += 1
    return 'ok'
  }
}

function refill(meter: Meter, plan: UsagePlanModel, now: number, burst: number): Meter {
  const earned = plan.rateLimit === undefined ? burst : ((now - meter.filledAt) / 1000) * plan.rateLimit
  const period = plan.quota ? periodOf(now, plan.quota.period) : ''
  return {
    tokens: Math.min(burst, meter.tokens + earned),
    filledAt: now,
    period,
    used: period === meter.period ? meter.used : (plan.quota?.offset ?? 0),
  }
}

const DAY_MS = 86_400_000
/** 1 January 1970 was a Thursday; AWS's weeks begin on Sunday. */
const DAYS_TO_SUNDAY = 4

const PERIODS: Readonly<Record<NonNullable<UsagePlanModel['quota']>['period'], (now: number) => string>> = {
  DAY: (now) => new Date(now).toISOString().slice(0, 10),
  WEEK: (now) => String(Math.floor((Math.floor(now / DAY_MS) + DAYS_TO_SUNDAY) / 7)),
  MONTH: (now) => new Date(now).toISOString().slice(0, 7),
}

/** Which day, week or month (UTC) `now` is in. */
function periodOf(now: number, period: keyof typeof PERIODS): string {
  return PERIODS[period](now)
}
