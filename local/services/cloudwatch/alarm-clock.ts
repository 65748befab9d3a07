import type { Clock } from '../../clock.ts'
import type { RecordCollection } from '../record-collection.ts'
import { type AlarmRecord, evaluateAlarm } from './alarm.ts'
import type { MetricSample, MetricStore } from './metric-store.ts'
import { statisticOf } from './statistics.ts'

/** What an alarm in its state tells whom it concerns. */
export interface AlarmNotice {
  alarm: AlarmRecord
  /** The newest value of the metric, as the alarm's statistic sees it. */
  value: number | undefined
  action: string
}

export interface AlarmClockOptions {
  clock: Clock
  metrics: MetricStore
  alarms: RecordCollection<AlarmRecord>
  /** Milliseconds that count as a second of a period: 1000, or less to watch in minutes what takes hours. */
  second: number
  /** Asked for the values of this moment. */
  sources: (() => MetricSample[])[]
  /** Carries out an action; what it throws is logged. */
  act(notice: AlarmNotice): Promise<void>
  onFailedAction(notice: AlarmNotice, error: unknown): void
}

/** Seconds between two looks at everything, as often as high resolution alarms can want. */
const TICK = 10

/** Actions that CloudWatch repeats every period while the alarm lasts. */
const REPEATED = /^arn:[^:]+:autoscaling:/

/** Collects values and evaluates alarms on the stack's clock. */
export class AlarmClock {
  readonly #options: AlarmClockOptions
  readonly #evaluatedAt = new Map<string, number>()
  #cancel: () => void = () => undefined

  constructor(options: AlarmClockOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, second } = this.#options
    this.#cancel = clock.setTimer(clock.now() + TICK * second, () => {
      this.start()
      void this.tick()
    })
  }

  close(): void {
    this.#cancel()
  }

  /** One round; resolves when its actions are done. */
  async tick(): Promise<void> {
    const { clock, sources, metrics, alarms, second } = this.#options
    const now = clock.now()
    for (const sample of sources.flatMap((source) => source())) metrics.add(sample, now)
    const due = alarms
      .all()
      .filter(({ AlarmName, Period }) => now - (this.#evaluatedAt.get(AlarmName) ?? 0) >= Period * second)
    await Promise.all(due.map((alarm) => this.#evaluate(alarm, now)))
  }

  async #evaluate(alarm: AlarmRecord, now: number): Promise<void> {
    this.#evaluatedAt.set(alarm.AlarmName, now)
    const values = this.#valuesOf(alarm, now)
    const { state, reason } = evaluateAlarm(alarm, values)
    const isChange = state !== alarm.state
    const current = isChange ? { ...alarm, state, reason, stateChangedAt: now } : alarm
    if (isChange) await this.#options.alarms.save(alarm.AlarmName, current)
    if (!alarm.ActionsEnabled) return
    const actions = actionsOf(current).filter((action) => isChange || REPEATED.test(action))
    const value = values.findLast((one) => one !== undefined)
    await Promise.all(actions.map((action) => this.#act({ alarm: current, value, action })))
  }

  /** One value for each evaluation period, oldest first; the last period ends now. */
  #valuesOf({ Namespace, MetricName, Dimensions, Statistic, Period, EvaluationPeriods }: AlarmRecord, now: number) {
    const { metrics, second } = this.#options
    const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]))
    const metric = { namespace: Namespace, metricName: MetricName, dimensions }
    const length = Period * second
    return Array.from({ length: EvaluationPeriods }, (_, index) => {
      const to = now + 1 - (EvaluationPeriods - 1 - index) * length
      return statisticOf(Statistic, metrics.between(metric, to - length, to))
    })
  }

  async #act(notice: AlarmNotice): Promise<void> {
    try {
      await this.#options.act(notice)
    } catch (error) {
      this.#options.onFailedAction(notice, error)
    }
  }
}

function actionsOf({ state, AlarmActions, OKActions, InsufficientDataActions }: AlarmRecord): string[] {
  return { ALARM: AlarmActions, OK: OKActions, INSUFFICIENT_DATA: InsufficientDataActions }[state]
}
