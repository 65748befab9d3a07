import { ServiceError } from '../../http/service-error.ts'
import type { AlarmDefinition } from '../cloudwatch/alarm.ts'
import type { CustomizedMetric, TargetTracking } from './records.ts'

/** Metrics that Application Auto Scaling knows by name. */
const PREDEFINED: Record<string, CustomizedMetric> = {
  SageMakerVariantInvocationsPerInstance: {
    Namespace: 'AWS/SageMaker',
    MetricName: 'InvocationsPerInstance',
    Statistic: 'Sum',
  },
}

/** Minutes of a row that must be too high, or too low. */
const HIGH_PERIODS = 3
const LOW_PERIODS = 15

/** Scaling in waits until the metric is a tenth below the target, so that it does not go to and fro. */
const LOW_SHARE = 0.9

export interface TrackingPolicy {
  arn: string
  resourceId: string
  targetTracking: TargetTracking
}

/** The two alarms that AWS keeps for a target tracking policy. */
export function trackingAlarms(
  { arn, resourceId, targetTracking }: TrackingPolicy,
  newId: () => string,
): AlarmDefinition[] {
  const { TargetValue, DisableScaleIn = false } = targetTracking
  const metric = metricOf(targetTracking, resourceId)
  const shared = {
    ...metric,
    ActionsEnabled: true,
    OKActions: [],
    InsufficientDataActions: [],
    AlarmActions: [arn],
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${arn}.`,
    Period: 60,
    TreatMissingData: 'missing' as const,
  }
  const high: AlarmDefinition = {
    ...shared,
    AlarmName: `TargetTracking-${resourceId}-AlarmHigh-${newId()}`,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: TargetValue,
    EvaluationPeriods: HIGH_PERIODS,
    DatapointsToAlarm: HIGH_PERIODS,
  }
  const low: AlarmDefinition = {
    ...shared,
    AlarmName: `TargetTracking-${resourceId}-AlarmLow-${newId()}`,
    ComparisonOperator: 'LessThanThreshold',
    Threshold: TargetValue * LOW_SHARE,
    EvaluationPeriods: LOW_PERIODS,
    DatapointsToAlarm: LOW_PERIODS,
  }
  return DisableScaleIn ? [high] : [high, low]
}

function metricOf(
  { CustomizedMetricSpecification: custom, PredefinedMetricSpecification: predefined }: TargetTracking,
  resourceId: string,
) {
  const metric = custom ?? PREDEFINED[predefined?.PredefinedMetricType ?? '']
  if (metric === undefined)
    throw new ServiceError(
      'ValidationException',
      'The laptop stack tracks customized metrics and SageMakerVariantInvocationsPerInstance',
    )
  const [, EndpointName = '', , VariantName = ''] = resourceId.split('/')
  const { Namespace, MetricName, Statistic } = metric
  const Dimensions = custom?.Dimensions ?? [
    { Name: 'EndpointName', Value: EndpointName },
    { Name: 'VariantName', Value: VariantName },
  ]
  return { Namespace, MetricName, Statistic, Dimensions }
}
