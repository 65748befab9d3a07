/** What can be scaled: `endpoint/<name>/variant/<variant>`. */
export interface ScalableTarget {
  resourceId: string
  arn: string
  minCapacity: number
  maxCapacity: number
  roleArn: string
  suspended: {
    DynamicScalingInSuspended: boolean
    DynamicScalingOutSuspended: boolean
    ScheduledScalingSuspended: boolean
  }
  createdAt: number
}

export interface StepAdjustment {
  MetricIntervalLowerBound?: number
  MetricIntervalUpperBound?: number
  ScalingAdjustment: number
}

export type AdjustmentType = 'ChangeInCapacity' | 'PercentChangeInCapacity' | 'ExactCapacity'

export interface StepScaling {
  AdjustmentType: AdjustmentType
  StepAdjustments: StepAdjustment[]
  MinAdjustmentMagnitude?: number
  /** Seconds. */
  Cooldown?: number
  MetricAggregationType?: string
}

export interface CustomizedMetric {
  MetricName: string
  Namespace: string
  Dimensions?: { Name: string; Value: string }[]
  Statistic: 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | 'Sum'
  Unit?: string
}

export interface TargetTracking {
  TargetValue: number
  CustomizedMetricSpecification?: CustomizedMetric
  PredefinedMetricSpecification?: { PredefinedMetricType: string }
  /** Seconds. */
  ScaleOutCooldown?: number
  ScaleInCooldown?: number
  DisableScaleIn?: boolean
}

export interface ScalingPolicy {
  name: string
  arn: string
  resourceId: string
  createdAt: number
  /** Names of the alarms that Application Auto Scaling keeps for it. */
  alarmNames: string[]
  stepScaling?: StepScaling
  targetTracking?: TargetTracking
}

/** The last changes of a target's capacity, as DescribeScalingActivities shows them. */
export interface ScalingActivity {
  id: string
  resourceId: string
  description: string
  cause: string
  startedAt: number
}

export const DIMENSION = 'sagemaker:variant:DesiredInstanceCount'
export const NAMESPACE = 'sagemaker'
