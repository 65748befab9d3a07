import type {
  PutScalingPolicyCommandInput,
  RegisterScalableTargetCommandInput,
} from '@aws-sdk/client-application-auto-scaling'
import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch'
import { type EndpointType, VARIANT } from './endpoint-record.ts'

/** How an endpoint scales. What is made of it here is what deploy-endpoint makes. */
export interface Scaling {
  /** The endpoint's name. */
  name: string
  endpointType: EndpointType
  minInstances: number
  maxInstances: number
  /** Seconds between two scale-ins. */
  scaleInCooldown: number
}

/** What every call about the variant's scaling names. */
export function scaledVariant(name: string) {
  return {
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${name}/variant/${VARIANT}`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  } as const
}

/** Arguments of RegisterScalableTarget. */
export function scalableTarget({
  name,
  minInstances,
  maxInstances,
}: Pick<Scaling, 'name' | 'minInstances' | 'maxInstances'>): RegisterScalableTargetCommandInput {
  return { ...scaledVariant(name), MinCapacity: minInstances, MaxCapacity: maxInstances }
}

/** Name of the policy that follows backlog or invocations. */
export function trackingPolicyName(name: string): string {
  return `${name}-Invocations-ScalingPolicy`
}

/** Arguments of PutScalingPolicy: as many instances as the backlog, or the invocations, of each one asks for. */
export function trackingPolicy({ name, endpointType, scaleInCooldown }: Scaling): PutScalingPolicyCommandInput {
  return {
    ...scaledVariant(name),
    PolicyName: trackingPolicyName(name),
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      ScaleInCooldown: scaleInCooldown,
      ScaleOutCooldown: 60,
      ...TRACKED[endpointType](name),
    },
  }
}

type Tracked = NonNullable<PutScalingPolicyCommandInput['TargetTrackingScalingPolicyConfiguration']>

const TRACKED: Readonly<Record<EndpointType, (name: string) => Tracked>> = {
  Async: (name) => ({
    TargetValue: 3,
    CustomizedMetricSpecification: {
      Namespace: 'AWS/SageMaker',
      MetricName: 'ApproximateBacklogSizePerInstance',
      Dimensions: [{ Name: 'EndpointName', Value: name }],
      Statistic: 'Average',
    },
  }),
  'Real-time': () => ({
    TargetValue: 5,
    PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
  }),
}

/** Arguments of PutScalingPolicy: brings up the first instance, without which there is no backlog per instance. */
export function wakeUpPolicy(name: string): PutScalingPolicyCommandInput {
  return {
    ...scaledVariant(name),
    PolicyName: `${name}-HasBacklogWithoutCapacity-ScalingPolicy`,
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'ChangeInCapacity',
      MetricAggregationType: 'Average',
      Cooldown: 180,
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
    },
  }
}

/** Name of the alarm that calls the wake-up policy. */
export function wakeUpAlarmName(name: string): string {
  return `${name}-HasBacklogWithoutCapacity-Alarm`
}

/** Arguments of PutMetricAlarm. */
export function wakeUpAlarm(name: string, policyArn: string): PutMetricAlarmCommandInput {
  return {
    AlarmName: wakeUpAlarmName(name),
    AlarmDescription: `Invocations wait for ${name}, which has no instance`,
    Namespace: 'AWS/SageMaker',
    MetricName: 'HasBacklogWithoutCapacity',
    Dimensions: [{ Name: 'EndpointName', Value: name }],
    Statistic: 'Average',
    Period: 30,
    EvaluationPeriods: 1,
    DatapointsToAlarm: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'missing',
    AlarmActions: [policyArn],
  }
}
