import type { Clock } from '../../clock.ts'
import type { JsonOperation } from '../../http/json-service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { checkedOperation } from '../checked-operation.ts'
import type { RecordCollection } from '../record-collection.ts'
import { flag, list, number, oneOf, required, structure, text, type ValueOf } from '../states/wire/shapes.ts'
import type { AlarmDefinition, AlarmRecord } from './alarm.ts'
import type { MetricStore } from './metric-store.ts'
import { type Statistic, statisticOf } from './statistics.ts'

export interface OperationsOptions {
  clock: Clock
  alarms: RecordCollection<AlarmRecord>
  metrics: MetricStore
  /** Creates or replaces an alarm. */
  putAlarm(definition: AlarmDefinition): Promise<void>
  alarmArn(name: string): string
}

const dimensions = list(
  structure({ Name: required(text({ min: 1, max: 255 })), Value: required(text({ min: 1, max: 1024 })) }),
  { max: 30 },
)
const statistic = oneOf('SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum')
const actions = list(text({ min: 1, max: 1024 }), { max: 5 })

const putAlarmInput = structure({
  AlarmName: required(text({ min: 1, max: 255 })),
  AlarmDescription: text({ max: 1024 }),
  ActionsEnabled: flag(),
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  Namespace: text({ min: 1, max: 255 }),
  MetricName: text({ min: 1, max: 255 }),
  Dimensions: dimensions,
  Statistic: statistic,
  Period: number({ min: 1 }),
  EvaluationPeriods: required(number({ min: 1 })),
  DatapointsToAlarm: number({ min: 1 }),
  Threshold: number(),
  ComparisonOperator: required(
    oneOf('GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold'),
  ),
  TreatMissingData: oneOf('breaching', 'notBreaching', 'ignore', 'missing'),
})

const statisticsInput = structure({
  Namespace: required(text()),
  MetricName: required(text()),
  Dimensions: dimensions,
  StartTime: required(number()),
  EndTime: required(number()),
  Period: required(number({ min: 1 })),
  Statistics: list(statistic, { min: 1, max: 5 }),
})

const putDataInput = structure({
  Namespace: required(text({ min: 1, max: 255 })),
  MetricData: required(
    list(structure({ MetricName: required(text()), Dimensions: dimensions, Value: number(), Timestamp: number() })),
  ),
})

/** CloudWatch's alarms and the reading and writing of metrics. */
export function createOperations(options: OperationsOptions): Record<string, JsonOperation> {
  const { alarms, alarmArn, metrics, clock } = options
  return {
    PutMetricAlarm: checkedOperation(putAlarmInput, async (input, request) => {
      request.authorize('cloudwatch:PutMetricAlarm', alarmArn(input.AlarmName))
      await options.putAlarm(readAlarm(input))
      return {}
    }),
    DescribeAlarms: checkedOperation(
      structure({
        AlarmNames: list(text(), { max: 100 }),
        AlarmNamePrefix: text(),
        StateValue: text(),
        ActionPrefix: text(),
      }),
      (input, request) => {
        request.authorize('cloudwatch:DescribeAlarms', alarmArn('*'))
        const found = alarms.all().filter((alarm) => isAskedFor(alarm, input))
        return { MetricAlarms: found.map(describe), CompositeAlarms: [] }
      },
    ),
    DeleteAlarms: checkedOperation(
      structure({ AlarmNames: required(list(text(), { max: 100 })) }),
      async ({ AlarmNames }, request) => {
        for (const name of AlarmNames) request.authorize('cloudwatch:DeleteAlarms', alarmArn(name))
        const missing = AlarmNames.find((name) => !alarms.find(name))
        // CloudWatch deletes nothing when one of several is missing, and says nothing when it is the only one.
        if (missing !== undefined && AlarmNames.length > 1)
          throw new ServiceError('ResourceNotFound', `Alarm ${missing} does not exist`, { statusCode: 404 })
        for (const name of AlarmNames) await alarms.remove(name)
        return {}
      },
    ),
    PutMetricData: checkedOperation(putDataInput, ({ Namespace, MetricData }, request) => {
      request.authorize('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': Namespace })
      for (const { MetricName, Dimensions, Value = 0, Timestamp } of MetricData) {
        const at = Timestamp === undefined ? clock.now() : Timestamp * 1_000
        metrics.add(
          { namespace: Namespace, metricName: MetricName, dimensions: toRecord(Dimensions), value: Value },
          at,
        )
      }
      return {}
    }),
    GetMetricStatistics: checkedOperation(statisticsInput, (input, request) => {
      request.authorize('cloudwatch:GetMetricStatistics', '*')
      return { Label: input.MetricName, Datapoints: datapoints(input, metrics) }
    }),
    ListMetrics: checkedOperation(
      structure({ Namespace: text(), MetricName: text() }),
      ({ Namespace, MetricName }, request) => {
        request.authorize('cloudwatch:ListMetrics', '*')
        const found = metrics
          .metrics()
          .filter(
            ({ namespace, metricName }) =>
              (Namespace ?? namespace) === namespace && (MetricName ?? metricName) === metricName,
          )
        return {
          Metrics: found.map((metric) => ({
            Namespace: metric.namespace,
            MetricName: metric.metricName,
            Dimensions: toList(metric.dimensions),
          })),
        }
      },
    ),
  }
}

function readAlarm(input: ValueOf<typeof putAlarmInput>): AlarmDefinition {
  const { Namespace, MetricName, Statistic, Period, Threshold } = input
  if (
    Namespace === undefined ||
    MetricName === undefined ||
    Statistic === undefined ||
    Period === undefined ||
    Threshold === undefined
  )
    throw new ServiceError(
      'ValidationError',
      'The laptop stack has alarms on one metric: Namespace, MetricName, Statistic, Period and Threshold must be given',
    )
  if (![10, 20, 30].includes(Period) && Period % 60 !== 0)
    throw new ServiceError('ValidationError', 'The parameter Period must be 10, 20, 30 or a multiple of 60')
  const { DatapointsToAlarm = input.EvaluationPeriods, TreatMissingData = 'missing', ActionsEnabled = true } = input
  const { OKActions = [], AlarmActions = [], InsufficientDataActions = [], Dimensions = [] } = input
  return {
    ...(input as AlarmDefinition),
    DatapointsToAlarm,
    TreatMissingData,
    ActionsEnabled,
    OKActions,
    AlarmActions,
    InsufficientDataActions,
    Dimensions,
  }
}

interface AlarmQuestion {
  AlarmNames?: string[] | undefined
  AlarmNamePrefix?: string | undefined
  StateValue?: string | undefined
  ActionPrefix?: string | undefined
}

function isAskedFor(
  alarm: AlarmRecord,
  { AlarmNames, AlarmNamePrefix = '', StateValue, ActionPrefix }: AlarmQuestion,
): boolean {
  return (
    (AlarmNames?.includes(alarm.AlarmName) ?? true) &&
    alarm.AlarmName.startsWith(AlarmNamePrefix) &&
    (StateValue ?? alarm.state) === alarm.state &&
    (ActionPrefix === undefined || alarm.AlarmActions.some((action) => action.startsWith(ActionPrefix)))
  )
}

function describe({ arn, state, reason, stateChangedAt, configuredAt, ...definition }: AlarmRecord): object {
  return {
    ...definition,
    AlarmArn: arn,
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: stateChangedAt / 1_000,
    StateTransitionedTimestamp: stateChangedAt / 1_000,
    AlarmConfigurationUpdatedTimestamp: configuredAt / 1_000,
  }
}

function datapoints(input: ValueOf<typeof statisticsInput>, metrics: MetricStore): object[] {
  const { Namespace, MetricName, StartTime, EndTime, Period, Statistics = ['Average'] } = input
  const metric = { namespace: Namespace, metricName: MetricName, dimensions: toRecord(input.Dimensions) }
  const found: object[] = []
  for (let start = Math.floor(StartTime / Period) * Period; start < EndTime; start += Period) {
    const values = metrics.between(metric, start * 1_000, (start + Period) * 1_000)
    if (values.length === 0) continue
    const statistics = (Statistics as Statistic[]).map((name) => [name, statisticOf(name, values)])
    found.push({ Timestamp: start, Unit: 'None', ...Object.fromEntries(statistics) })
  }
  return found
}

function toRecord(given: { Name: string; Value: string }[] = []): Record<string, string> {
  return Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]))
}

function toList(given: Record<string, string>): object[] {
  return Object.entries(given).map(([Name, Value]) => ({ Name, Value }))
}
