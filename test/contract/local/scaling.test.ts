import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import { CreateEndpointConfigCommand, SageMakerClient, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker'
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { expect } from 'chai'
import { accountId, failureOf, region } from '../../support/edge-fixture.ts'
import {
  createEndpoint,
  describeEndpoint,
  eventually,
  type HostingFixture,
  startHosting,
  untilStatus,
} from '../../support/hosting-fixture.ts'

const NAME = 'scaled'
const target = {
  ServiceNamespace: 'sagemaker',
  ResourceId: `endpoint/${NAME}/variant/prod`,
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const
const bystanderArn = `arn:aws:iam::${accountId}:role/bystander`

describe('scaling of endpoints on the laptop', () => {
  let fixture: HostingFixture
  let scaling: ApplicationAutoScalingClient
  let cloudwatch: CloudWatchClient

  before(async () => {
    fixture = await startHosting({ roles: [{ arn: bystanderArn, name: 'bystander', policies: [] }] })
    scaling = fixture.client(ApplicationAutoScalingClient)
    cloudwatch = fixture.client(CloudWatchClient)
    await createEndpoint(fixture, { name: NAME, isAsync: true, concurrency: 1 })
    await untilStatus(fixture, NAME, 'InService')
  })
  after(() => fixture.close())

  const invoke = (InferenceId: string, request: object = {}) =>
    fixture
      .client(SageMakerRuntimeClient)
      .send(
        new InvokeEndpointAsyncCommand({ EndpointName: NAME, InferenceId, Body: Buffer.from(JSON.stringify(request)) }),
      )
  const instances = async (): Promise<number> => {
    const { ProductionVariants } = await describeEndpoint(fixture, NAME)
    return ProductionVariants?.[0]?.CurrentInstanceCount ?? 0
  }
  const putTracking = () =>
    scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: 'backlog',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 2,
          ScaleInCooldown: 60,
          ScaleOutCooldown: 60,
          CustomizedMetricSpecification: {
            Namespace: 'AWS/SageMaker',
            MetricName: 'ApproximateBacklogSizePerInstance',
            Dimensions: [{ Name: 'EndpointName', Value: NAME }],
            Statistic: 'Average',
          },
        },
      }),
    )

  it('keeps targets and policies, and refuses as AWS does', async () => {
    const early = await failureOf(putTracking())
    expect(early.name).to.equal('ObjectNotFoundException')
    expect(early.message).to.equal(
      `No scalable target registered for service namespace: sagemaker, resource ID: ${target.ResourceId}, scalable dimension: ${target.ScalableDimension}`,
    )
    const { ScalableTargetARN } = await scaling.send(
      new RegisterScalableTargetCommand({ ...target, MinCapacity: 0, MaxCapacity: 2 }),
    )
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' }),
    )
    expect(ScalableTargets).to.have.length(1)
    expect(ScalableTargets![0]).to.include({ ScalableTargetARN, MinCapacity: 0, MaxCapacity: 2 })

    const { PolicyARN, Alarms } = await putTracking()
    expect(PolicyARN).to.match(
      new RegExp(
        `^arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:.*:resource/sagemaker/${target.ResourceId}:policyName/backlog$`,
      ),
    )
    expect(Alarms!.map(({ AlarmName }) => AlarmName!.replace(/-[0-9a-f-]{36}$/, ''))).to.deep.equal([
      `TargetTracking-${target.ResourceId}-AlarmHigh`,
      `TargetTracking-${target.ResourceId}-AlarmLow`,
    ])
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'TargetTracking-' }))
    expect(MetricAlarms!.map(({ Threshold, EvaluationPeriods }) => [Threshold, EvaluationPeriods])).to.deep.equal([
      [2, 3],
      [1.8, 15],
    ])
    const denied = fixture.client(ApplicationAutoScalingClient, bystanderArn)
    const refusal = await failureOf(denied.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' })))
    expect(refusal.message).to.include('application-autoscaling:DescribeScalableTargets')
    const nobody = { ...target, ResourceId: 'endpoint/nobody/variant/prod', MinCapacity: 0, MaxCapacity: 1 }
    expect((await failureOf(scaling.send(new RegisterScalableTargetCommand(nobody)))).name).to.equal(
      'ValidationException',
    )
  })

  it('goes to zero without work, wakes up with it, and grows with the backlog', async () => {
    const wakeUp = await scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: 'wake-up',
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: {
          AdjustmentType: 'ChangeInCapacity',
          Cooldown: 60,
          StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
        },
      }),
    )
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'wake-up',
        Namespace: 'AWS/SageMaker',
        MetricName: 'HasBacklogWithoutCapacity',
        Dimensions: [{ Name: 'EndpointName', Value: NAME }],
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'missing',
        AlarmActions: [wakeUp.PolicyARN!],
      }),
    )
    await eventually(async () => (await instances()) === 0)
    await untilStatus(fixture, NAME, 'InService')
    await invoke('waking')
    await eventually(async () => (await instances()) === 1)
    const many = Array.from({ length: 12 }, (_, index) => `burst-${index}`)
    await Promise.all(many.map((id) => invoke(id, { behave: 'slow', milliseconds: 250 })))
    await eventually(async () => (await instances()) === 2)
    await eventually(() => many.every((id) => fixture.notices.some(({ message }) => message.inferenceId === id)))
    await eventually(async () => (await instances()) === 0)
    const { ScalingActivities } = await scaling.send(
      new DescribeScalingActivitiesCommand({ ServiceNamespace: 'sagemaker' }),
    )
    expect(ScalingActivities!.map(({ Cause }) => Cause)).to.include(
      'monitor alarm wake-up in state ALARM triggered policy wake-up',
    )
    const statistics = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SageMaker',
        MetricName: 'ApproximateBacklogSize',
        Dimensions: [{ Name: 'EndpointName', Value: NAME }],
        StartTime: new Date(Date.now() - 60_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 60,
        Statistics: ['Maximum'],
      }),
    )
    expect(Math.max(...statistics.Datapoints!.map(({ Maximum }) => Maximum!))).to.be.greaterThan(2)
  }).timeout(30_000)

  it('does not let a variant go to other instances that is a scalable target', async () => {
    const sagemaker = fixture.client(SageMakerClient)
    const variant = {
      VariantName: 'prod',
      ModelName: NAME,
      InstanceType: 'ml.g5.4xlarge',
      InitialInstanceCount: 1,
    } as const
    const EndpointConfigName = 'other-instances'
    await sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName, ProductionVariants: [variant] }))
    await untilStatus(fixture, NAME, 'InService')
    const failure = await failureOf(
      sagemaker.send(new UpdateEndpointCommand({ EndpointName: NAME, EndpointConfigName })),
    )
    expect(failure.message).to.equal(
      'The variant(s) "[prod]" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed or have their instance type changed.',
    )
  })

  it('leaves no alarm of a policy or a target that is gone', async () => {
    await scaling.send(new DeleteScalingPolicyCommand({ ...target, PolicyName: 'wake-up' }))
    const { ScalingPolicies } = await scaling.send(
      new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker' }),
    )
    expect(ScalingPolicies!.map(({ PolicyName }) => PolicyName)).to.deep.equal(['backlog'])
    await scaling.send(new DeregisterScalableTargetCommand(target))
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['wake-up'] }))
    expect((await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms).to.deep.equal([])
    expect((await failureOf(scaling.send(new DeregisterScalableTargetCommand(target)))).name).to.equal(
      'ObjectNotFoundException',
    )
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['wake-up'] }))
    const several = await failureOf(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['a', 'b'] })))
    expect(several.name).to.equal('ResourceNotFound')
  })

  it('takes metrics of others', async () => {
    await cloudwatch.send(
      new PutMetricDataCommand({ Namespace: 'mine', MetricData: [{ MetricName: 'steps', Value: 7 }] }),
    )
    const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace: 'mine' }))
    expect(Metrics!.map(({ MetricName }) => MetricName)).to.deep.equal(['steps'])
  })
})
