import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { systemClock } from '../../../local/clock.ts'
import { createStatesService, type StatesService } from '../../../local/services/states/states-service.ts'
import { accountId, region } from '../../support/edge-fixture.ts'
import {
  EXECUTION_ROLE,
  eventually,
  type HostingFixture,
  startHosting,
  writeOperatorSettings,
} from '../../support/hosting-fixture.ts'
import { describeTrainingJob, type TrainingWish, trainingRequest } from '../../support/training-fixture.ts'

const roleArn = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`
const jobs = `arn:aws:sagemaker:${region}:${accountId}:training-job/*`
const rule = `arn:aws:events:${region}:${accountId}:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule`

const statements: Record<string, { Action: string[]; Resource: string }> = {
  create: { Action: ['sagemaker:CreateTrainingJob'], Resource: jobs },
  describe: { Action: ['sagemaker:DescribeTrainingJob'], Resource: jobs },
  stop: { Action: ['sagemaker:StopTrainingJob'], Resource: jobs },
  tag: { Action: ['sagemaker:AddTags'], Resource: jobs },
  pass: { Action: ['iam:PassRole'], Resource: EXECUTION_ROLE },
  rule: { Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], Resource: rule },
}

/** A role with all that `.sync` needs but for some of it. */
const roleWithout = (name: string, ...missing: string[]) => ({
  arn: roleArn(name),
  name,
  policies: [
    {
      Statement: Object.entries(statements).flatMap(([key, statement]) =>
        missing.includes(key) ? [] : [{ Effect: 'Allow' as const, ...statement }],
      ),
    },
  ],
})

const roles = [
  roleWithout('machine'),
  roleWithout('without-rule', 'rule'),
  roleWithout('without-describe', 'describe'),
  roleWithout('without-tag', 'tag'),
]

describe('Training jobs of state machines', () => {
  let fixture: HostingFixture
  let states: StatesService
  let machines: SFNClient
  let count = 0

  const openStates = async (): Promise<void> => {
    states = await createStatesService({
      region,
      accountId,
      clock: systemClock,
      dataDirectory: fixture.directory,
      endpoint: fixture.edge.endpoint,
      credentialsFor: fixture.edge.iam.credentialsFor,
      authorizeAs: fixture.edge.iam.authorizeAs,
      publishEvent: async () => undefined,
      invokeFunction: () => Promise.reject(new Error('There are no functions in this test')),
      trainingJobEnd: (jobName) => fixture.sagemaker.whenTrainingEnded(jobName),
    })
    fixture.services.states = states
  }
  before(async () => {
    fixture = await startHosting({ roles })
    await openStates()
    machines = fixture.client(SFNClient)
  })
  after(async () => {
    await states.close()
    await fixture.close()
  })

  interface Run extends TrainingWish {
    pattern?: '.sync' | ''
    role?: string
    timeout?: number
  }

  async function start({ pattern = '.sync', role = 'machine', timeout = 60, ...wish }: Run): Promise<string> {
    count += 1
    const task = {
      Type: 'Task',
      Resource: `arn:aws:states:::sagemaker:createTrainingJob${pattern}`,
      Arguments: trainingRequest(wish),
      TimeoutSeconds: timeout,
      End: true,
    }
    const definition = { QueryLanguage: 'JSONata', StartAt: 'Train', States: { Train: task } }
    const { stateMachineArn } = await machines.send(
      new CreateStateMachineCommand({
        name: `m${count}`,
        definition: JSON.stringify(definition),
        roleArn: roleArn(role),
      }),
    )
    const { executionArn } = await machines.send(new StartExecutionCommand({ stateMachineArn }))
    return executionArn!
  }

  async function end(executionArn: string) {
    const ended = await eventually(async () => {
      const execution = await machines.send(new DescribeExecutionCommand({ executionArn }))
      return execution.status === 'RUNNING' ? undefined : execution
    }, 15_000)
    return { ...ended, output: JSON.parse(ended.output ?? 'null') as Record<string, unknown> }
  }
  const run = async (wish: Run) => end(await start(wish))
  const untilTraining = (name: string) =>
    eventually(async () => (await describeTrainingJob(fixture, name).catch(() => undefined))?.FinalMetricDataList)
  const untilStopped = (name: string) =>
    eventually(async () => (await describeTrainingJob(fixture, name)).TrainingJobStatus === 'Stopped')

  it('are begun and not awaited by request-response', async () => {
    const { output } = await run({ name: 'begun', pattern: '' })
    expect(output.TrainingJobArn).to.match(/training-job\/begun$/)
    expect(output.SdkHttpMetadata).to.include({ HttpStatusCode: 200 })
    await fixture.sagemaker.whenTrainingEnded('begun')
  })

  it('are awaited by .sync, whose output is their description with times in milliseconds', async () => {
    const executionArn = await start({ name: 'awaited', hyperparameters: { since: '2026-01-01T00:00:00Z' } })
    const { output } = await end(executionArn)
    const job = await describeTrainingJob(fixture, 'awaited')
    expect(output).to.include({
      TrainingJobName: 'awaited',
      TrainingJobStatus: 'Completed',
      CreationTime: job.CreationTime!.getTime(),
    })
    expect(output.ModelArtifacts).to.deep.equal(job.ModelArtifacts)
    expect(output.HyperParameters).to.deep.equal({ behaviour: 'ok', since: '2026-01-01T00:00:00Z' })
    const [first] = output.SecondaryStatusTransitions as { StartTime: number }[]
    expect(first!.StartTime).to.equal(job.CreationTime!.getTime())
    const { events } = await machines.send(new GetExecutionHistoryCommand({ executionArn }))
    const submitted = events!.find(({ type }) => type === 'TaskSubmitted')!.taskSubmittedEventDetails!
    expect(submitted).to.include({ resource: 'createTrainingJob.sync', resourceType: 'sagemaker' })
    expect(JSON.parse(submitted.output!).TrainingJobArn).to.equal(job.TrainingJobArn)
    expect(job.TrainingJobArn).to.be.a('string')
  })

  it('fail their task with their description when they fail', async () => {
    const { status, error, cause } = await run({ name: 'failing', behaviour: 'fail-message' })
    expect([status, error]).to.deep.equal(['FAILED', 'States.TaskFailed'])
    const description = JSON.parse(cause!) as Record<string, unknown>
    expect(description).to.include({ TrainingJobName: 'failing', TrainingJobStatus: 'Failed' })
    expect(description.FailureReason).to.match(/^AlgorithmError: The pictures show no subject/)
    expect(description.CreationTime).to.be.a('number')
  })

  it('fail their task when a limit stops them', async () => {
    const { error, cause } = await run({ name: 'limited', behaviour: 'hang', maxRuntime: 1 })
    expect(error).to.equal('States.TaskFailed')
    expect(JSON.parse(cause!)).to.include({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' })
  })

  it('cannot be begun beyond a quota or under a name that is taken, and the errors are named as on AWS', async () => {
    writeOperatorSettings(fixture.directory, { quotas: { 'ml.g5.2xlarge': 0 } })
    const beyond = await run({ name: 'beyond' })
    writeOperatorSettings(fixture.directory)
    expect(beyond.error).to.equal('SageMaker.ResourceLimitExceededException')
    expect(beyond.cause).to.match(
      /^The account-level service limit 'ml\.g5\.2xlarge for training job usage' is 0 .* \(Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceLimitExceeded; /,
    )
    await run({ name: 'taken' })
    const taken = await run({ name: 'taken' })
    expect(taken.error).to.equal('SageMaker.ResourceInUseException')
    const { HyperParameters: _, ...broken } = trainingRequest({ name: 'x' })
    const invalid = await run({ name: 'y', request: { ...broken, TrainingJobName: 'no_good' } })
    expect(invalid.error).to.equal('SageMaker.AmazonSageMakerException')
  })

  it('are stopped with their execution', async () => {
    const executionArn = await start({ name: 'dropped', behaviour: 'hang' })
    await untilTraining('dropped')
    await machines.send(new StopExecutionCommand({ executionArn }))
    await untilStopped('dropped')
    expect((await end(executionArn)).status).to.equal('ABORTED')
  })

  it('are stopped when their task has waited too long', async () => {
    const ended = await run({ name: 'late', behaviour: 'hang', timeout: 1 })
    expect(ended.error).to.equal('States.Timeout')
    await untilStopped('late')
  })

  it('need a machine that may describe and tag them, and have the rule that tells of their ends', async () => {
    const rule = await run({ name: 'ruleless', role: 'without-rule' })
    expect(rule.cause).to.match(/without-rule' is not authorized to create managed-rule/)
    const tag = await run({ name: 'tagless', role: 'without-tag' })
    expect([tag.error, tag.cause]).to.satisfy(
      ([error, cause]: string[]) =>
        error === 'SageMaker.AmazonSageMakerException' && cause!.includes('sagemaker:AddTags'),
    )
    const blind = await run({ name: 'blind', role: 'without-describe' })
    expect([blind.error, blind.cause]).to.satisfy(
      ([error, cause]: string[]) =>
        error === 'SageMaker.AmazonSageMakerException' && cause!.includes('sagemaker:DescribeTrainingJob'),
    )
  })

  it('are awaited further by machines after a restart', async () => {
    const executionArn = await start({
      name: 'restarted',
      behaviour: 'slow',
      hyperparameters: { steps: '12', pause: '50' },
      hasCheckpoints: true,
    })
    await untilTraining('restarted')
    await states.close()
    await fixture.restart()
    await openStates()
    await states.resume()
    const { status, output } = await end(executionArn)
    expect([status, output.TrainingJobStatus]).to.deep.equal(['SUCCEEDED', 'Completed'])
    expect(fixture.logs.some((line) => line.startsWith('resumed at step'))).to.equal(true)
  })
})
