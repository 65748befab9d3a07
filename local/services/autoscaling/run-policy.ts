import type { Clock } from '../../clock.ts'
import type { AlarmNotice } from '../cloudwatch/alarm-clock.ts'
import { decideStep, decideTracking } from './decide-capacity.ts'
import type { ScalableTarget, ScalingPolicy } from './records.ts'

/** What of SageMaker is scaled. */
export interface VariantCapacity {
  /** Instances wanted; undefined when there is no such variant, or it cannot be changed now. */
  read(endpointName: string, variantName: string): { desired: number; canChange: boolean } | undefined
  /** Starts or stops instances; rejects when that is refused. */
  change(endpointName: string, variantName: string, desired: number): Promise<void>
}

export interface PolicyRunnerOptions {
  clock: Clock
  /** Milliseconds that count as a second of a cooldown. */
  second: number
  capacity: VariantCapacity
  findTarget(resourceId: string): ScalableTarget | undefined
  /** Keeps note of a change. */
  onActivity(activity: { resourceId: string; description: string; cause: string }): void
}

/** Seconds AWS waits between two changes of a SageMaker variant unless told otherwise. */
const DEFAULT_COOLDOWN = 300

/** Carries out policies whose alarms call, one change at a time and none while the last one cools down. */
export function createPolicyRunner(
  options: PolicyRunnerOptions,
): (policy: ScalingPolicy, notice: AlarmNotice) => Promise<void> {
  const { clock, second, capacity, findTarget, onActivity } = options
  const changedAt = new Map<string, { at: number; isOut: boolean }>()
  return async (policy, notice) => {
    const target = findTarget(policy.resourceId)
    const [, endpointName = '', , variantName = ''] = policy.resourceId.split('/')
    const current = capacity.read(endpointName, variantName)
    if (target === undefined || current === undefined || !current.canChange || notice.value === undefined) return
    const decided = decide(policy, {
      capacity: current.desired,
      value: notice.value,
      threshold: notice.alarm.Threshold,
    })
    const wanted = Math.min(target.maxCapacity, Math.max(target.minCapacity, decided ?? current.desired))
    const isOut = wanted > current.desired
    if (wanted === current.desired || isSuspended(target, isOut)) return
    const last = changedAt.get(policy.resourceId)
    if (last && clock.now() - last.at < cooldown(policy, isOut) * second && !(isOut && !last.isOut)) return
    changedAt.set(policy.resourceId, { at: clock.now(), isOut })
    await capacity.change(endpointName, variantName, wanted)
    onActivity({
      resourceId: policy.resourceId,
      description: `Setting desired instance count to ${wanted}.`,
      cause: `monitor alarm ${notice.alarm.AlarmName} in state ALARM triggered policy ${policy.name}`,
    })
  }
}

function decide(
  policy: ScalingPolicy,
  question: { capacity: number; value: number; threshold: number },
): number | undefined {
  if (policy.stepScaling) return decideStep(policy.stepScaling, question)
  return policy.targetTracking && decideTracking(policy.targetTracking, question)
}

function cooldown({ stepScaling, targetTracking }: ScalingPolicy, isOut: boolean): number {
  const seconds = stepScaling?.Cooldown ?? (isOut ? targetTracking?.ScaleOutCooldown : targetTracking?.ScaleInCooldown)
  return seconds ?? DEFAULT_COOLDOWN
}

function isSuspended({ suspended }: ScalableTarget, isOut: boolean): boolean {
  return isOut ? suspended.DynamicScalingOutSuspended : suspended.DynamicScalingInSuspended
}
