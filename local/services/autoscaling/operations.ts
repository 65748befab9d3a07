import type { JsonOperation } from '../../http/json-service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { checkedOperation } from '../checked-operation.ts'
import { flag, list, number, oneOf, required, structure, text, type ValueOf } from '../states/wire/shapes.ts'
import {
  DIMENSION,
  NAMESPACE,
  type ScalableTarget,
  type ScalingActivity,
  type ScalingPolicy,
  type StepScaling,
  type TargetTracking,
} from './records.ts'

/** What the operations work on. */
export interface AutoScalingBook {
  targets(): ScalableTarget[]
  policies(): ScalingPolicy[]
  activities(): ScalingActivity[]
  /** Creates or changes a target; answers its ARN. */
  register(change: TargetChange): Promise<string>
  deregister(resourceId: string): Promise<void>
  putPolicy(policy: PolicyChange): Promise<ScalingPolicy>
  deletePolicy(policy: ScalingPolicy): Promise<void>
  alarmArn(name: string): string
  /** `arn:aws:application-autoscaling:<region>:<account>` */
  arnPrefix: string
  serviceRoleArn: string
}

export interface TargetChange {
  resourceId: string
  minCapacity?: number | undefined
  maxCapacity?: number | undefined
  suspended?: Partial<ScalableTarget['suspended']> | undefined
}

export interface PolicyChange {
  name: string
  resourceId: string
  stepScaling?: StepScaling | undefined
  targetTracking?: TargetTracking | undefined
}

const resource = {
  ServiceNamespace: required(oneOf(NAMESPACE)),
  ResourceId: required(text({ min: 1, max: 1600 })),
  ScalableDimension: required(oneOf(DIMENSION)),
}

const suspendedState = structure({
  DynamicScalingInSuspended: flag(),
  DynamicScalingOutSuspended: flag(),
  ScheduledScalingSuspended: flag(),
})

const registerInput = structure({
  ...resource,
  MinCapacity: number({ min: 0 }),
  MaxCapacity: number({ min: 0 }),
  SuspendedState: suspendedState,
})

const stepScaling = structure({
  AdjustmentType: required(oneOf('ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity')),
  StepAdjustments: required(
    list(
      structure({
        MetricIntervalLowerBound: number(),
        MetricIntervalUpperBound: number(),
        ScalingAdjustment: required(number()),
      }),
    ),
  ),
  MinAdjustmentMagnitude: number(),
  Cooldown: number({ min: 0 }),
  MetricAggregationType: oneOf('Average', 'Minimum', 'Maximum'),
})

const targetTracking = structure({
  TargetValue: required(number()),
  CustomizedMetricSpecification: structure({
    MetricName: text(),
    Namespace: text(),
    Dimensions: list(structure({ Name: required(text()), Value: required(text()) })),
    Statistic: oneOf('Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum'),
  }),
  PredefinedMetricSpecification: structure({ PredefinedMetricType: required(text()) }),
  ScaleOutCooldown: number({ min: 0 }),
  ScaleInCooldown: number({ min: 0 }),
  DisableScaleIn: flag(),
})

const putPolicyInput = structure({
  ...resource,
  PolicyName: required(text({ min: 1, max: 256 })),
  PolicyType: oneOf('StepScaling', 'TargetTrackingScaling', 'PredictiveScaling'),
  StepScalingPolicyConfiguration: stepScaling,
  TargetTrackingScalingPolicyConfiguration: targetTracking,
})

const describeTargetsInput = structure({
  ServiceNamespace: required(oneOf(NAMESPACE)),
  ResourceIds: list(text(), { max: 50 }),
  ScalableDimension: oneOf(DIMENSION),
})
const describeInput = structure({
  ServiceNamespace: required(oneOf(NAMESPACE)),
  ResourceId: text(),
  ScalableDimension: oneOf(DIMENSION),
  PolicyNames: list(text()),
})

/** Scalable targets. */
export function createTargetOperations(book: AutoScalingBook): Record<string, JsonOperation> {
  const targetArns = `${book.arnPrefix}:scalable-target/*`
  return {
    RegisterScalableTarget: checkedOperation(registerInput, async (input, request) => {
      request.authorize('application-autoscaling:RegisterScalableTarget', targetArns)
      // The first target of an account needs this role made, and nobody knows which one is the first.
      request.authorize('iam:CreateServiceLinkedRole', book.serviceRoleArn, {
        'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com',
      })
      const { ResourceId: resourceId, MinCapacity: minCapacity, MaxCapacity: maxCapacity, SuspendedState } = input
      const suspended = SuspendedState as TargetChange['suspended']
      return { ScalableTargetARN: await book.register({ resourceId, minCapacity, maxCapacity, suspended }) }
    }),
    DescribeScalableTargets: checkedOperation(describeTargetsInput, ({ ResourceIds }, request) => {
      request.authorize('application-autoscaling:DescribeScalableTargets', '*')
      const found = book.targets().filter(({ resourceId }) => !ResourceIds?.length || ResourceIds.includes(resourceId))
      return { ScalableTargets: found.map(describeTarget) }
    }),
    DeregisterScalableTarget: checkedOperation(structure(resource), async ({ ResourceId }, request) => {
      request.authorize('application-autoscaling:DeregisterScalableTarget', targetArns)
      if (!book.targets().some(({ resourceId }) => resourceId === ResourceId))
        throw objectNotFound('No scalable target found', ResourceId)
      await book.deregister(ResourceId)
      return {}
    }),
    DescribeScalingActivities: checkedOperation(describeInput, ({ ResourceId }, request) => {
      request.authorize('application-autoscaling:DescribeScalingActivities', '*')
      const found = book.activities().filter(({ resourceId }) => (ResourceId ?? resourceId) === resourceId)
      return { ScalingActivities: found.map(describeActivity) }
    }),
  }
}

/** Scaling policies. */
export function createPolicyOperations(book: AutoScalingBook): Record<string, JsonOperation> {
  return {
    PutScalingPolicy: checkedOperation(putPolicyInput, async (input, request) => {
      const { ResourceId: resourceId, PolicyName: name } = input
      request.authorize('application-autoscaling:PutScalingPolicy', `${book.arnPrefix}:scalable-target/*`)
      if (!book.targets().some((target) => target.resourceId === resourceId))
        throw objectNotFound('No scalable target registered', resourceId)
      const policy = await book.putPolicy({ name, resourceId, ...readPolicy(input) })
      return { PolicyARN: policy.arn, Alarms: describeAlarms(policy, book) }
    }),
    DescribeScalingPolicies: checkedOperation(describeInput, ({ ResourceId, PolicyNames }, request) => {
      request.authorize('application-autoscaling:DescribeScalingPolicies', '*')
      const found = book
        .policies()
        .filter(
          ({ resourceId, name }) =>
            (ResourceId ?? resourceId) === resourceId && (!PolicyNames?.length || PolicyNames.includes(name)),
        )
      return { ScalingPolicies: found.map((policy) => describePolicy(policy, book)) }
    }),
    DeleteScalingPolicy: checkedOperation(
      structure({ ...resource, PolicyName: required(text()) }),
      async (input, request) => {
        request.authorize('application-autoscaling:DeleteScalingPolicy', `${book.arnPrefix}:scalable-target/*`)
        const policy = book
          .policies()
          .find(({ resourceId, name }) => resourceId === input.ResourceId && name === input.PolicyName)
        if (policy === undefined)
          throw objectNotFound('No scaling policy found', input.ResourceId, `, policy name: ${input.PolicyName}`)
        await book.deletePolicy(policy)
        return {}
      },
    ),
  }
}

function readPolicy(input: ValueOf<typeof putPolicyInput>): Pick<PolicyChange, 'stepScaling' | 'targetTracking'> {
  const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: tracking } = input
  const { PolicyType = step ? 'StepScaling' : 'TargetTrackingScaling' } = input
  if (PolicyType === 'StepScaling' && step) return { stepScaling: step as StepScaling }
  if (PolicyType === 'TargetTrackingScaling' && tracking) return { targetTracking: tracking as TargetTracking }
  throw new ServiceError('ValidationException', `${PolicyType} policies need the configuration of that type`)
}

/** Application Auto Scaling's `ObjectNotFoundException`. */
export function objectNotFound(what: string, resourceId: string, more = ''): ServiceError {
  return new ServiceError(
    'ObjectNotFoundException',
    `${what} for service namespace: ${NAMESPACE}, resource ID: ${resourceId}, scalable dimension: ${DIMENSION}${more}`,
  )
}

function describeTarget({
  resourceId,
  arn,
  minCapacity,
  maxCapacity,
  roleArn,
  suspended,
  createdAt,
}: ScalableTarget): object {
  return {
    ServiceNamespace: NAMESPACE,
    ResourceId: resourceId,
    ScalableDimension: DIMENSION,
    MinCapacity: minCapacity,
    MaxCapacity: maxCapacity,
    RoleARN: roleArn,
    CreationTime: createdAt / 1_000,
    SuspendedState: suspended,
    ScalableTargetARN: arn,
  }
}

function describePolicy(policy: ScalingPolicy, book: AutoScalingBook): object {
  return {
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    ServiceNamespace: NAMESPACE,
    ResourceId: policy.resourceId,
    ScalableDimension: DIMENSION,
    PolicyType: policy.stepScaling ? 'StepScaling' : 'TargetTrackingScaling',
    StepScalingPolicyConfiguration: policy.stepScaling,
    TargetTrackingScalingPolicyConfiguration: policy.targetTracking,
    Alarms: describeAlarms(policy, book),
    CreationTime: policy.createdAt / 1_000,
  }
}

function describeAlarms({ alarmNames }: ScalingPolicy, book: AutoScalingBook): object[] {
  return alarmNames.map((AlarmName) => ({ AlarmName, AlarmARN: book.alarmArn(AlarmName) }))
}

function describeActivity({ id, resourceId, description, cause, startedAt }: ScalingActivity): object {
  return {
    ActivityId: id,
    ServiceNamespace: NAMESPACE,
    ResourceId: resourceId,
    ScalableDimension: DIMENSION,
    Description: description,
    Cause: cause,
    StartTime: startedAt / 1_000,
    EndTime: startedAt / 1_000,
    StatusCode: 'Successful',
  }
}
