import type { Statistic } from './statistics.ts'

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

export type Comparison =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold'

export type MissingData = 'breaching' | 'notBreaching' | 'ignore' | 'missing'

/** A metric alarm as PutMetricAlarm takes it, defaults filled in. */
export interface AlarmDefinition {
  AlarmName: string
  AlarmDescription?: string
  ActionsEnabled: boolean
  OKActions: string[]
  AlarmActions: string[]
  InsufficientDataActions: string[]
  Namespace: string
  MetricName: string
  Dimensions: { Name: string; Value: string }[]
  Statistic: Statistic
  /** Seconds. */
  Period: number
  EvaluationPeriods: number
  DatapointsToAlarm: number
  Threshold: number
  ComparisonOperator: Comparison
  TreatMissingData: MissingData
}

export interface AlarmRecord extends AlarmDefinition {
  arn: string
  state: AlarmState
  reason: string
  /** Milliseconds since the epoch. */
  stateChangedAt: number
  configuredAt: number
}

const COMPARISONS: Record<Comparison, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
}

/** What a period without data counts as; undefined leaves it out. */
const MISSING: Record<MissingData, boolean | undefined> = {
  breaching: true,
  notBreaching: false,
  ignore: undefined,
  missing: undefined,
}

/** The state of an alarm after the values of its last periods, newest last; undefined stands for a period without data. */
export function evaluateAlarm(
  alarm: AlarmRecord,
  values: (number | undefined)[],
): { state: AlarmState; reason: string } {
  const isBreaching = COMPARISONS[alarm.ComparisonOperator]
  const breaches = values.flatMap((value) => {
    const breach = value === undefined ? MISSING[alarm.TreatMissingData] : isBreaching(value, alarm.Threshold)
    return breach === undefined ? [] : [breach]
  })
  const shown = values.filter((value) => value !== undefined)
  if (breaches.length === 0) {
    if (alarm.TreatMissingData === 'ignore') return { state: alarm.state, reason: alarm.reason }
    return { state: 'INSUFFICIENT_DATA', reason: 'Insufficient Data: no datapoints were received.' }
  }
  const breaching = breaches.filter((breach) => breach).length
  const state = breaching >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK'
  const amount = `${breaching} out of the last ${values.length} datapoints`
  return {
    state,
    reason: `Threshold Crossed: ${amount} breached (threshold ${alarm.Threshold}): [${shown.join(', ')}].`,
  }
}
