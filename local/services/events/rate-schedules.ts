import type { Clock } from '../../clock.ts'
import type { EventEntry } from './event.ts'
import type { Rule } from './rule.ts'

export interface ScheduleOptions {
  rules: readonly Rule[]
  clock: Clock
  publish(entry: EventEntry): Promise<unknown>
  signal: AbortSignal
}

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Milliseconds between two ticks of `rate(5 minutes)`; undefined for `cron(…)`, which no laptop stays on for. */
export function periodOf(expression: string): number | undefined {
  const [, count, unit] = RATE.exec(expression) ?? []
  return count === undefined || Number(count) === 0 ? undefined : Number(count) * UNITS[unit as string]!
}

/** The event that a rule's schedule sends to its targets. */
export function tickOf({ arn }: Rule, now: number): EventEntry {
  return { source: 'aws.events', detailType: 'Scheduled Event', detail: '{}', resources: [arn], time: now }
}

/** Has every enabled rule with a rate tick, for the first time one period from now. */
export function startSchedules({ rules, clock, publish, signal }: ScheduleOptions): void {
  for (const rule of rules) {
    const period = rule.isEnabled ? periodOf(rule.scheduleExpression ?? '') : undefined
    if (period !== undefined) tick(rule, period)
  }
  function tick(rule: Rule, period: number): void {
    const cancel = clock.setTimer(clock.now() + period, () => {
      signal.removeEventListener('abort', cancel)
      void publish(tickOf(rule, clock.now()))
      tick(rule, period)
    })
    signal.addEventListener('abort', cancel)
  }
}
