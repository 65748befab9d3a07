import { expect } from 'chai'
import { decideStep, decideTracking } from '../../../../../local/services/autoscaling/decide-capacity.ts'
import type { ScalableTarget, ScalingPolicy, StepScaling } from '../../../../../local/services/autoscaling/records.ts'
import { createPolicyRunner } from '../../../../../local/services/autoscaling/run-policy.ts'
import { trackingAlarms } from '../../../../../local/services/autoscaling/tracking-alarms.ts'
import type { AlarmRecord } from '../../../../../local/services/cloudwatch/alarm.ts'
import type { AlarmNotice } from '../../../../../local/services/cloudwatch/alarm-clock.ts'
import { createManualClock } from '../../../../support/manual-clock.ts'

describe('what a scaling policy decides', () => {
  it('is proportional when it tracks a target', () => {
    const decide = (capacity: number, value: number, DisableScaleIn = false): number =>
      decideTracking({ TargetValue: 5, DisableScaleIn }, { capacity, value })
    expect(decide(1, 12)).to.equal(3)
    expect(decide(4, 2)).to.equal(2)
    expect(decide(2, 0)).to.equal(0)
    expect(decide(2, 0, true)).to.equal(2)
  })

  it('is the step that the distance from the threshold falls into', () => {
    const steps: StepScaling = {
      AdjustmentType: 'ChangeInCapacity',
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 10, ScalingAdjustment: 3 },
        { MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
      ],
    }
    const decide = (value: number, policy = steps): number | undefined =>
      decideStep(policy, { capacity: 4, value, threshold: 50 })
    expect([decide(50), decide(59), decide(60), decide(49)]).to.deep.equal([5, 5, 7, 3])
    expect(decide(49, { ...steps, StepAdjustments: [steps.StepAdjustments[0]!] })).to.equal(undefined)
    expect(decide(50, { ...steps, AdjustmentType: 'ExactCapacity' })).to.equal(1)
    const percent: StepScaling = {
      AdjustmentType: 'PercentChangeInCapacity',
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 10 }],
      MinAdjustmentMagnitude: 2,
    }
    expect(decide(50, percent)).to.equal(6)
  })
})

describe('the alarms of a tracking policy', () => {
  const resourceId = 'endpoint/e/variant/v'
  it('watch the metric above the target for three minutes and below it for fifteen', () => {
    const targetTracking = {
      TargetValue: 10,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    }
    const [high, low] = trackingAlarms({ arn: 'policy', resourceId, targetTracking }, () => 'id')
    expect(high).to.include({
      AlarmName: `TargetTracking-${resourceId}-AlarmHigh-id`,
      Threshold: 10,
      EvaluationPeriods: 3,
      Statistic: 'Sum',
    })
    expect(low).to.include({
      AlarmName: `TargetTracking-${resourceId}-AlarmLow-id`,
      Threshold: 9,
      EvaluationPeriods: 15,
    })
    expect(high!.Dimensions).to.deep.equal([
      { Name: 'EndpointName', Value: 'e' },
      { Name: 'VariantName', Value: 'v' },
    ])
  })

  it('leave out the lower one when scaling in is off', () => {
    const CustomizedMetricSpecification = { Namespace: 'n', MetricName: 'm', Statistic: 'Average' as const }
    const targetTracking = { TargetValue: 10, DisableScaleIn: true, CustomizedMetricSpecification }
    expect(trackingAlarms({ arn: 'policy', resourceId, targetTracking }, () => 'id')).to.have.length(1)
  })
})

describe('carrying out a policy', () => {
  const resourceId = 'endpoint/e/variant/v'
  const target: ScalableTarget = {
    resourceId,
    arn: 'target',
    minCapacity: 0,
    maxCapacity: 3,
    roleArn: 'role',
    suspended: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    },
    createdAt: 0,
  }
  const policy: ScalingPolicy = {
    name: 'p',
    arn: 'policy',
    resourceId,
    createdAt: 0,
    alarmNames: [],
    targetTracking: { TargetValue: 1, ScaleOutCooldown: 60, ScaleInCooldown: 120 },
  }
  const notice = (value: number | undefined): AlarmNotice => ({
    alarm: { AlarmName: 'a', Threshold: 1 } as AlarmRecord,
    value,
    action: 'policy',
  })
  const setUp = (changed: Partial<ScalableTarget> = {}) => {
    const clock = createManualClock(1_000_000)
    const state = { desired: 1, canChange: true, causes: [] as string[] }
    const run = createPolicyRunner({
      clock,
      second: 1_000,
      capacity: {
        read: () => state,
        async change(_endpoint, _variant, desired) {
          state.desired = desired
        },
      },
      findTarget: () => ({ ...target, ...changed }),
      onActivity: ({ cause }) => state.causes.push(cause),
    })
    return { clock, state, run }
  }

  it('stays within the limits of the target', async () => {
    const { clock, state, run } = setUp({ minCapacity: 1 })
    await run(policy, notice(50))
    expect(state.desired).to.equal(3)
    await clock.advance(200_000)
    await run(policy, notice(0))
    expect(state.desired).to.equal(1)
    expect(state.causes).to.have.length(2)
  })

  it('waits between changes, but never with growing after it has shrunk', async () => {
    const { clock, state, run } = setUp()
    await run(policy, notice(2))
    expect(state.desired).to.equal(2)
    await run(policy, notice(0))
    expect(state.desired, 'cools down').to.equal(2)
    await clock.advance(120_000)
    await run(policy, notice(0.5))
    expect(state.desired).to.equal(1)
    await run(policy, notice(3))
    expect(state.desired).to.equal(3)
  })

  it('does nothing while the endpoint changes, without a value, or when it is suspended', async () => {
    const changing = setUp()
    changing.state.canChange = false
    await changing.run(policy, notice(3))
    await changing.run(policy, notice(undefined))
    const suspended = setUp({ suspended: { ...target.suspended, DynamicScalingOutSuspended: true } })
    await suspended.run(policy, notice(3))
    expect([changing.state.desired, suspended.state.desired]).to.deep.equal([1, 1])
  })
})
