import { mkdir } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import { createJsonService } from '../../http/json-service.ts'
import type { AwsService } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import type { AlarmNotice } from '../cloudwatch/alarm-clock.ts'
import type { CloudWatch } from '../cloudwatch/create-cloudwatch.ts'
import { RecordCollection } from '../record-collection.ts'
import { LevelStore } from '../states/store/level-store.ts'
import {
  type AutoScalingBook,
  createPolicyOperations,
  createTargetOperations,
  type TargetChange,
} from './operations.ts'
import { NAMESPACE, type ScalableTarget, type ScalingActivity, type ScalingPolicy } from './records.ts'
import { createPolicyRunner, type VariantCapacity } from './run-policy.ts'
import { trackingAlarms } from './tracking-alarms.ts'

export interface AutoScalingOptions {
  dataDirectory: string
  clock: Clock
  region: string
  accountId: string
  /** Milliseconds that count as one second of cooldowns; 1000 when missing. */
  second?: number
  capacity: VariantCapacity
  alarms: Pick<CloudWatch, 'putAlarm' | 'deleteAlarms' | 'alarmArn'>
  newId(): string
}

/** Application Auto Scaling of SageMaker variants. */
export interface AutoScaling extends AwsService {
  /** An alarm calls the policy. */
  runPolicy(policyArn: string, notice: AlarmNotice): Promise<void>
  /** Whether the variant is a scalable target. */
  isScalableTarget(endpointName: string, variantName: string): boolean
  close(): Promise<void>
}

const SERVICE_ROLE = 'AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint'
const KEPT_ACTIVITIES = 100

/** Opens the store and serves. */
export async function createAutoScaling(options: AutoScalingOptions): Promise<AutoScaling> {
  const { dataDirectory, clock, second = 1_000, capacity, newId } = options
  await mkdir(dataDirectory, { recursive: true })
  const store = await LevelStore.open(dataDirectory)
  const targets = new RecordCollection<ScalableTarget>(store, 'target\0')
  const policies = new RecordCollection<ScalingPolicy>(store, 'policy\0')
  await Promise.all([targets.load(), policies.load()])
  const activities: ScalingActivity[] = []
  const book = createBook({ ...options, targets, policies, activities })
  const run = createPolicyRunner({
    clock,
    second,
    capacity,
    findTarget: (resourceId) => targets.find(resourceId),
    onActivity(activity) {
      activities.unshift({ ...activity, id: newId(), startedAt: clock.now() })
      activities.splice(KEPT_ACTIVITIES)
    },
  })
  return {
    ...createJsonService({
      version: '1.1',
      operations: { ...createTargetOperations(book), ...createPolicyOperations(book) },
    }),
    async runPolicy(policyArn, notice) {
      const policy = policies.all().find(({ arn }) => arn === policyArn)
      if (policy) await run(policy, notice)
    },
    isScalableTarget: (endpointName, variantName) =>
      targets.find(`endpoint/${endpointName}/variant/${variantName}`) !== undefined,
    close: () => store.close(),
  }
}

interface BookOptions extends AutoScalingOptions {
  targets: RecordCollection<ScalableTarget>
  policies: RecordCollection<ScalingPolicy>
  activities: ScalingActivity[]
}

function createBook(options: BookOptions): AutoScalingBook {
  const { targets, policies, activities, alarms, region, accountId, clock, newId } = options
  const arnPrefix = `arn:aws:application-autoscaling:${region}:${accountId}`
  const serviceRoleArn = `arn:aws:iam::${accountId}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/${SERVICE_ROLE}`
  const keyOf = ({ resourceId, name }: { resourceId: string; name: string }): string => `${resourceId} ${name}`
  const deletePolicy = async (policy: ScalingPolicy): Promise<void> => {
    await alarms.deleteAlarms(policy.alarmNames)
    await policies.remove(keyOf(policy))
  }
  return {
    arnPrefix,
    serviceRoleArn,
    alarmArn: alarms.alarmArn,
    targets: () => targets.all(),
    policies: () => policies.all(),
    activities: () => activities,
    deletePolicy,
    async register(change) {
      const arn = `${arnPrefix}:scalable-target/${newId().replaceAll('-', '').slice(0, 36)}`
      const known = targets.find(change.resourceId)
      const target = withChange(
        known ?? { ...newTarget(change, options), arn, roleArn: serviceRoleArn, createdAt: clock.now() },
        change,
      )
      await targets.save(change.resourceId, target)
      return target.arn
    },
    async deregister(resourceId) {
      for (const policy of policies.all().filter((one) => one.resourceId === resourceId)) await deletePolicy(policy)
      await targets.remove(resourceId)
    },
    async putPolicy({ name, resourceId, stepScaling, targetTracking }) {
      const known = policies.find(keyOf({ resourceId, name }))
      if (known) await alarms.deleteAlarms(known.alarmNames)
      const arn =
        known?.arn ??
        `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${newId()}:resource/${NAMESPACE}/${resourceId}:policyName/${name}`
      const own = targetTracking ? trackingAlarms({ arn, resourceId, targetTracking }, newId) : []
      for (const alarm of own) await alarms.putAlarm(alarm)
      const policy: ScalingPolicy = {
        name,
        arn,
        resourceId,
        createdAt: known?.createdAt ?? clock.now(),
        alarmNames: own.map(({ AlarmName }) => AlarmName),
        ...(stepScaling && { stepScaling }),
        ...(targetTracking && { targetTracking }),
      }
      await policies.save(keyOf(policy), policy)
      return policy
    },
  }
}

const RESOURCE_ID = /^endpoint\/([^/]+)\/variant\/([^/]+)$/

function newTarget({ resourceId, minCapacity, maxCapacity }: TargetChange, { capacity }: AutoScalingOptions) {
  const [, endpointName = '', variantName = ''] = RESOURCE_ID.exec(resourceId) ?? []
  if (endpointName === '')
    throw invalid(`Unsupported resource type for ${resourceId}: give endpoint/<name>/variant/<variant>`)
  if (capacity.read(endpointName, variantName) === undefined)
    throw invalid(`SageMaker endpoint not found: ${resourceId}`)
  if (minCapacity === undefined || maxCapacity === undefined)
    throw invalid('You must specify both MinCapacity and MaxCapacity for a new scalable target')
  const suspended = {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
  }
  return { resourceId, minCapacity, maxCapacity, suspended }
}

function withChange(target: ScalableTarget, { minCapacity, maxCapacity, suspended }: TargetChange): ScalableTarget {
  const changed = {
    ...target,
    minCapacity: minCapacity ?? target.minCapacity,
    maxCapacity: maxCapacity ?? target.maxCapacity,
    suspended: { ...target.suspended, ...suspended },
  }
  if (changed.maxCapacity < changed.minCapacity) throw invalid('Maximum capacity cannot be less than minimum capacity')
  return changed
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}
