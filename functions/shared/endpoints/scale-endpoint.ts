import {
  DeregisterScalableTargetCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import { DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch'
import { autoScaling } from '../aws/auto-scaling.ts'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { cloudwatch } from '../aws/cloudwatch.ts'
import type { EndpointRecord, KeptScaling } from './endpoint-record.ts'
import { readEndpoint } from './read-endpoint.ts'
import {
  type Scaling,
  scalableTarget,
  scaledVariant,
  trackingPolicy,
  trackingPolicyName,
  wakeUpAlarm,
  wakeUpAlarmName,
  wakeUpPolicy,
} from './scaling-plan.ts'

/** Where somebody has removed the policy that would tell. */
const DEFAULT_COOLDOWN = 180

/** What of an endpoint's scaling stands in its policies only, and is lost with them. */
export async function readScaling(name: string): Promise<KeptScaling> {
  const { ServiceNamespace, ResourceId } = scaledVariant(name)
  const describe = new DescribeScalingPoliciesCommand({ ServiceNamespace, ResourceId })
  const { ScalingPolicies = [] } = await withTransientErrors(() => autoScaling.send(describe))
  const tracking = ScalingPolicies.find(({ PolicyName }) => PolicyName === trackingPolicyName(name))
  const { ScaleInCooldown } = tracking?.TargetTrackingScalingPolicyConfiguration ?? {}
  return { scaleInCooldown: ScaleInCooldown ?? DEFAULT_COOLDOWN }
}

/** Takes the scaling target, and its policies with it. Repeatable. */
export async function stopScaling(name: string): Promise<void> {
  try {
    await withTransientErrors(() => autoScaling.send(new DeregisterScalableTargetCommand(scaledVariant(name))))
  } catch (error) {
    if ((error as Error).name !== 'ObjectNotFoundException') throw error
  }
}

/** Lets the endpoint scale between other bounds; its policies stay. Repeatable. */
export async function changeBounds(endpoint: EndpointRecord): Promise<void> {
  await withTransientErrors(() => autoScaling.send(new RegisterScalableTargetCommand(scalableTarget(endpoint))))
}

/** Makes everything by which the endpoint scales, as deploy-endpoint does. Repeatable. */
export async function startScaling(endpoint: EndpointRecord, { scaleInCooldown }: KeptScaling): Promise<void> {
  const scaling: Scaling = { ...endpoint, scaleInCooldown }
  const { name } = scaling
  await changeBounds(endpoint)
  await withTransientErrors(() => autoScaling.send(new PutScalingPolicyCommand(trackingPolicy(scaling))))
  if (scaling.endpointType !== 'Async') return
  const wakeUp = new PutScalingPolicyCommand(wakeUpPolicy(name))
  const { PolicyARN = '' } = await withTransientErrors(() => autoScaling.send(wakeUp))
  await withTransientErrors(() => cloudwatch.send(new PutMetricAlarmCommand(wakeUpAlarm(name, PolicyARN))))
}

/** A deletion that began while scaling was started may have looked for it too early. */
export async function stopScalingOfDeleted(table: string, { id, name }: EndpointRecord): Promise<void> {
  const now = await readEndpoint(table, id)
  if (now && now.status !== 'Deleting' && now.status !== 'Deleted') return
  await stopScaling(name)
  await withTransientErrors(() => cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [wakeUpAlarmName(name)] })))
}
