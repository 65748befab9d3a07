import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  AddTagsCommand,
  type CreateTrainingJobRequest,
  DeleteTagsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { expect } from 'chai'
import { accountId, failureOf, region } from '../../support/edge-fixture.ts'
import {
  BUCKET,
  EXECUTION_ROLE,
  eventually,
  type HostingFixture,
  readObject,
  startHosting,
  writeOperatorSettings,
} from '../../support/hosting-fixture.ts'
import {
  channelOf,
  createTrainingJob,
  describeTrainingJob,
  keysUnder,
  putObject,
  runTrainingJob,
  statusesOf,
  trainingRequest,
  untilSecondaryStatus,
  workspaces,
} from '../../support/training-fixture.ts'

const arn = (name: string): string => `arn:aws:sagemaker:${region}:${accountId}:training-job/${name}`
const roleArn = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`
const allow = (Action: string | string[], Resource: string | string[]) => ({
  Statement: { Effect: 'Allow' as const, Action, Resource },
})
const roles = [
  {
    arn: roleArn('trainer'),
    name: 'trainer',
    policies: [allow('sagemaker:CreateTrainingJob', arn('mine-*')), allow('iam:PassRole', roleArn('endpoint'))],
  },
  // May look, but not read.
  { arn: roleArn('blind'), name: 'blind', policies: [allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`)] },
  { arn: roleArn('nothing'), name: 'nothing', policies: [] },
]

describe('Training jobs on the laptop', () => {
  let fixture: HostingFixture
  let sagemaker: SageMakerClient

  before(async () => {
    fixture = await startHosting({ roles })
    sagemaker = fixture.client(SageMakerClient)
    for (const name of ['a.png', 'a.txt', 'b.png', 'sub/c.png', 'stray.html'])
      await putObject(fixture, `dataset/toys/${name}`, `content of ${name}`)
    await putObject(fixture, 'base/model.safetensors', 'weights')
    const manifest = [{ prefix: `s3://${BUCKET}/dataset/toys/` }, 'a.png', 'a.txt', 'sub/c.png']
    await putObject(fixture, 'in/dataset.manifest', JSON.stringify(manifest))
  })
  after(() => fixture.close())
  afterEach(() => writeOperatorSettings(fixture.directory))

  const stop = (TrainingJobName: string) => sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }))
  const eventsOf = (name: string) => fixture.trainingEvents.filter(({ TrainingJobName }) => TrainingJobName === name)
  const refusal = (request: Partial<CreateTrainingJobRequest>) =>
    failureOf(createTrainingJob(fixture, { name: 'refused', request }))
  /** What the program says of its world when asked to `tell`. */
  const toldBy = () => JSON.parse(fixture.logs.findLast((line) => line.startsWith('{"pid"'))!)

  it('run the program of the image, and tell EventBridge of every status', async () => {
    await putObject(fixture, 'in/config/training.json', JSON.stringify({ name: 'toy', steps: 3, checkpointEvery: 2 }))
    const startedAt = Date.now()
    const job = await runTrainingJob(fixture, {
      name: 'Whole',
      request: { InputDataConfig: [channelOf('config', `s3://${BUCKET}/in/config/training.json`)] },
    })
    expect(Date.now() - startedAt, 'overhead').to.be.lessThan(3_000)
    expect(job).to.include({
      TrainingJobArn: arn('whole'),
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      TrainingTimeInSeconds: 1,
      BillableTimeInSeconds: 1,
      EnableManagedSpotTraining: false,
    })
    const { S3ModelArtifacts } = job.ModelArtifacts!
    expect(S3ModelArtifacts).to.equal(`s3://${BUCKET}/models/Whole/output/model/`)
    expect(await keysUnder(fixture, 'models/Whole/')).to.deep.equal([
      'models/Whole/output/model/toy-step00000002.safetensors',
      'models/Whole/output/model/toy.safetensors',
    ])
    const expected = ['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']
    expect(statusesOf(job)).to.deep.equal(expected)
    expect(job.SecondaryStatusTransitions!.map(({ StatusMessage }) => StatusMessage)).to.deep.equal([
      'Starting the training job',
      'Downloading input data',
      'Training image download completed. Training in progress.',
      'Uploading generated training model',
      'Training job completed',
    ])
    expect(job.SecondaryStatusTransitions!.every(({ StartTime, EndTime }) => StartTime! <= EndTime!)).to.equal(true)
    expect(job.TrainingStartTime!.getTime()).to.be.within(startedAt - 1, job.TrainingEndTime!.getTime())
    await eventually(() => eventsOf('Whole').length === 5)
    const events = eventsOf('Whole')
    expect(events.map(({ SecondaryStatus }) => SecondaryStatus)).to.deep.equal(expected)
    expect(events.at(-1)).to.include({ TrainingJobStatus: 'Completed', CreationTime: job.CreationTime!.getTime() })
    expect(workspaces(fixture)).to.deep.equal([])
  })

  it('read their metrics from the log, which CloudWatch Logs has by the name of the job', async () => {
    const job = await runTrainingJob(fixture, { name: 'measured' })
    expect(job.FinalMetricDataList!.map(({ MetricName, Value }) => [MetricName, Value])).to.deep.equal([
      ['train:step', 4],
      ['train:loss', 0.2],
    ])
    const logs = fixture.client(CloudWatchLogsClient)
    const logGroupName = '/aws/sagemaker/TrainingJobs'
    const { logStreams } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: 'measured/' }),
    )
    expect(logStreams).to.have.length(1)
    const { logStreamName } = logStreams![0]!
    expect(logStreamName).to.match(/^measured\/algo-1-\d{10}$/)
    const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 1 }))
    expect(events!.map(({ message }) => message)).to.deep.equal([
      'progress step=4 of=4 loss=0.2000 lr=1e-06 seconds=0.4',
    ])
  })

  it('find channels, configuration and variables where SageMaker puts them', async () => {
    // Seen through checkpoints, which are synchronized whatever they are.
    const shell =
      'cp -r $DARKROOM_ML_DIR/input $DARKROOM_ML_DIR/checkpoints/ && env | sort > $DARKROOM_ML_DIR/checkpoints/env'
    writeOperatorSettings(fixture.directory, { programs: [{ image: '**/fixture', train: ['sh', '-c', shell] }] })
    const job = await runTrainingJob(fixture, {
      name: 'looking',
      hasCheckpoints: true,
      hyperparameters: { method: 'lora' },
      request: {
        Environment: { COLOUR: 'red' },
        InputDataConfig: [
          channelOf('dataset', `s3://${BUCKET}/in/dataset.manifest`, 'ManifestFile'),
          channelOf('base', `s3://${BUCKET}/base/model.safetensors`),
          channelOf('all', `s3://${BUCKET}/dataset/toys`),
        ],
      },
    })
    expect(job.FailureReason).to.equal(undefined)
    const found = (await keysUnder(fixture, 'checkpoints/looking/')).map((key) =>
      key.slice('checkpoints/looking/'.length),
    )
    expect(found).to.deep.equal([
      'env',
      ...['hyperparameters.json', 'inputdataconfig.json', 'resourceconfig.json'].map((name) => `input/config/${name}`),
      ...['a.png', 'a.txt', 'b.png', 'stray.html', 'sub/c.png'].map((name) => `input/data/all/${name}`),
      'input/data/base/model.safetensors',
      ...['a.png', 'a.txt', 'sub/c.png'].map((name) => `input/data/dataset/${name}`),
    ])
    const read = (path: string) => readObject(fixture, `s3://${BUCKET}/checkpoints/looking/${path}`)
    expect(await read('input/data/dataset/sub/c.png')).to.equal('content of sub/c.png')
    expect(JSON.parse(await read('input/config/hyperparameters.json'))).to.deep.equal({
      behaviour: 'ok',
      method: 'lora',
    })
    expect(Object.keys(JSON.parse(await read('input/config/inputdataconfig.json')))).to.deep.equal([
      'dataset',
      'base',
      'all',
    ])
    expect(JSON.parse(await read('input/config/resourceconfig.json'))).to.include({
      current_host: 'algo-1',
      current_instance_type: 'ml.g5.2xlarge',
    })
    const environment = await read('env')
    expect(environment).to.match(/^COLOUR=red$/m)
    expect(environment).to.match(/^TRAINING_JOB_NAME=looking$/m)
    expect(environment).to.include(`TRAINING_JOB_ARN=${arn('looking')}`)
    expect(environment).to.include(`AWS_ENDPOINT_URL=${fixture.edge.endpoint}`)
    const { accessKeyId } = fixture.edge.iam.credentialsFor(EXECUTION_ROLE)
    expect(environment).to.include(`AWS_ACCESS_KEY_ID=${accessKeyId}`)
    expect(environment, 'nothing of the host').to.not.match(/^(USER|SHELL|npm_.*)=/m)
  })

  it('run in Docker when the operator wants it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-docker-'))
    const program = join(import.meta.dirname, '../../support/fixture-training.mjs')
    const script = `#!/bin/sh
echo "$@" >> ${folder}/calls
for word in "$@"; do [ "$before" = --volume ] && ml=\${word%%:*}; before=$word; done
[ "$1" = rm ] || DARKROOM_ML_DIR=$ml exec ${process.execPath} ${program}
`
    writeFileSync(join(folder, 'docker'), script, { mode: 0o755 })
    const { PATH } = process.env
    process.env.PATH = `${folder}:${PATH}`
    writeOperatorSettings(fixture.directory, { docker: ['**/fixture'], dockerArguments: ['--gpus', 'all'] })
    const job = await runTrainingJob(fixture, { name: 'contained', request: { Environment: { COLOUR: 'red' } } })
    const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
    await eventually(() => calls().length === 2)
    process.env.PATH = PATH
    expect(job.TrainingJobStatus).to.equal('Completed')
    const [ran, removed] = calls()
    expect(ran).to.match(
      /^run --rm --init --name darkroom-contained-\S+ --network host --volume \S+\/ml:\/opt\/ml --env COLOUR .* --gpus all test\/fixture:1 train$/,
    )
    expect(ran, 'values are no words of the command').to.not.include('red')
    expect(removed).to.match(/^rm --force darkroom-contained-/)
    rmSync(folder, { recursive: true })
  })

  it('pack the model when the output is compressed', async () => {
    const OutputDataConfig = { S3OutputPath: `s3://${BUCKET}/models/` }
    const job = await runTrainingJob(fixture, { name: 'packed', request: { OutputDataConfig } })
    expect(job.ModelArtifacts!.S3ModelArtifacts).to.equal(`s3://${BUCKET}/models/packed/output/model.tar.gz`)
    const { Body } = await fixture
      .client(S3Client)
      .send(new GetObjectCommand({ Bucket: BUCKET, Key: 'models/packed/output/model.tar.gz' }))
    const file = join(tmpdir(), `darkroom-packed-${process.pid}.tar.gz`)
    writeFileSync(file, await Body!.transformToByteArray())
    expect(execFileSync('tar', ['-tzf', file]).toString().trim()).to.equal('trained.safetensors')
  })

  describe('that fail', () => {
    const failures: [behaviour: string, reason: string][] = [
      [
        'fail-message',
        'AlgorithmError: The pictures show no subject: add pictures of it to the dataset., exit code: 1',
      ],
      [
        'exit-137',
        'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance., exit code: 137',
      ],
      ['unheard-of', 'AlgorithmError: , exit code: 1'],
    ]
    for (const [behaviour, reason] of failures)
      it(`say why: ${behaviour}`, async () => {
        const job = await runTrainingJob(fixture, { name: `failed-${behaviour}`, behaviour })
        expect(job).to.include({ TrainingJobStatus: 'Failed', SecondaryStatus: 'Failed', FailureReason: reason })
        expect(statusesOf(job)).to.deep.equal(['Starting', 'Downloading', 'Training', 'Failed'])
        expect(await keysUnder(fixture, `models/failed-${behaviour}`)).to.deep.equal([])
        expect(workspaces(fixture)).to.deep.equal([])
      })

    it('have no program', async () => {
      const AlgorithmSpecification = { TrainingImage: 'nobody/knows:1', TrainingInputMode: 'File' as const }
      const job = await runTrainingJob(fixture, { name: 'unknown', request: { AlgorithmSpecification } })
      expect(job.FailureReason).to.match(/^ClientError: The image 'nobody\/knows:1' has no training program/)
    })

    it('may not read or write with their role', async () => {
      const InputDataConfig = [channelOf('dataset', `s3://${BUCKET}/dataset/toys/`)]
      const blind = { RoleArn: roleArn('blind') }
      const reading = await runTrainingJob(fixture, { name: 'blind', request: { ...blind, InputDataConfig } })
      expect(reading.FailureReason).to.match(/^ClientError: Data download failed:.*AccessDenied/)
      expect(statusesOf(reading)).to.deep.equal(['Starting', 'Downloading', 'Failed'])
      const writing = await runTrainingJob(fixture, { name: 'mute', request: blind })
      expect(writing.FailureReason).to.match(/^ClientError: Artifact upload failed:.*AccessDenied/)
    })

    it('have a manifest that names what is not there, or what leads out of the channel', async () => {
      for (const [name, file] of Object.entries({ gone: 'missing.png', outside: '../../../x' })) {
        await putObject(
          fixture,
          `in/${name}.manifest`,
          JSON.stringify([{ prefix: `s3://${BUCKET}/dataset/toys/` }, file]),
        )
        const InputDataConfig = [channelOf('dataset', `s3://${BUCKET}/in/${name}.manifest`, 'ManifestFile')]
        const job = await runTrainingJob(fixture, { name, request: { InputDataConfig } })
        expect(job.FailureReason).to.match(/^ClientError: Data download failed:/)
      }
    })

    it('find no capacity for their type of instance, when a fault says so', async () => {
      fixture.sagemaker.faults.add({ fault: 'capacity', instanceType: 'ml.g5.*' })
      const other = { ResourceConfig: { InstanceType: 'ml.g4dn.xlarge' as const, InstanceCount: 1, VolumeSizeInGB: 9 } }
      expect(await runTrainingJob(fixture, { name: 'elsewhere', request: other })).to.include({
        TrainingJobStatus: 'Completed',
      })
      const job = await runTrainingJob(fixture, { name: 'crowded' })
      expect(job).to.include({
        TrainingJobStatus: 'Failed',
        FailureReason:
          'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
      })
      expect(statusesOf(job)).to.deep.equal(['Starting', 'Failed'])
      expect(job.TrainingStartTime).to.equal(undefined)
    })

    it('fail for AWS’s own reasons, when a fault says so', async () => {
      fixture.sagemaker.faults.add({ fault: 'fail-training', job: 'unlucky' })
      expect(await runTrainingJob(fixture, { name: 'unlucky' })).to.include({
        FailureReason: 'InternalServerError: We encountered an internal error. Please try again.',
      })
    })
  })

  describe('that are stopped', () => {
    it('get SIGTERM and keep what they have', async () => {
      await createTrainingJob(fixture, { name: 'hanging', behaviour: 'hang' })
      await eventually(async () => (await describeTrainingJob(fixture, 'hanging')).FinalMetricDataList)
      await stop('hanging')
      await fixture.sagemaker.whenTrainingEnded('hanging')
      const job = await describeTrainingJob(fixture, 'hanging')
      expect(job).to.include({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' })
      expect(statusesOf(job).slice(2)).to.deep.equal(['Training', 'Stopping', 'Stopped'])
      expect(fixture.logs).to.include('stopping')
      const again = await failureOf(stop('hanging'))
      expect(again).to.include({
        name: 'ValidationException',
        message: 'The request was rejected because the training job is in status Stopped.',
      })
    })

    it('get SIGKILL when they do not listen', async () => {
      writeOperatorSettings(fixture.directory, { trainingStopGrace: 0.2 })
      await createTrainingJob(fixture, { name: 'stubborn', behaviour: 'stubborn', hyperparameters: { tell: 'me' } })
      await eventually(async () => (await describeTrainingJob(fixture, 'stubborn')).FinalMetricDataList)
      const { pid } = toldBy() as { pid: number }
      await stop('stubborn')
      expect((await describeTrainingJob(fixture, 'stubborn')).TrainingJobStatus).to.equal('Stopping')
      await stop('stubborn')
      await fixture.sagemaker.whenTrainingEnded('stubborn')
      expect((await describeTrainingJob(fixture, 'stubborn')).TrainingJobStatus).to.equal('Stopped')
      expect(() => process.kill(pid, 0)).to.throw(/ESRCH/)
    })

    it('end so when they run longer than they may, and their model is kept', async () => {
      const job = await runTrainingJob(fixture, {
        name: 'long',
        behaviour: 'slow',
        maxRuntime: 1,
        hasCheckpoints: true,
        hyperparameters: { steps: '1000' },
      })
      expect(job).to.include({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' })
      expect(await keysUnder(fixture, 'checkpoints/long/')).to.include('checkpoints/long/state.json')
    })

    it('end before their program began, without an upload', async () => {
      await createTrainingJob(fixture, { name: 'nipped' })
      await stop('nipped')
      await fixture.sagemaker.whenTrainingEnded('nipped')
      const statuses = statusesOf(await describeTrainingJob(fixture, 'nipped'))
      expect(statuses.slice(-2)).to.deep.equal(['Stopping', 'Stopped'])
      expect(statuses).to.not.include('Uploading')
    })
  })

  describe('on spot instances', () => {
    const spot = { behaviour: 'slow', spot: 120, hasCheckpoints: true, hyperparameters: { steps: '8', pause: '30' } }

    it('go on from their checkpoints after an interruption', async () => {
      fixture.sagemaker.faults.add({ fault: 'interrupt', job: 'spot-*' })
      const job = await runTrainingJob(fixture, { ...spot, name: 'spot-1' })
      expect(statusesOf(job)).to.deep.equal([
        ...['Starting', 'Downloading', 'Training', 'Interrupted'],
        ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
      ])
      const resumed = fixture.logs.filter((line) => line.startsWith('resumed at step'))
      expect(resumed, 'in the log').to.have.length(1)
      expect(Number(resumed[0]!.split(' ').at(-1))).to.be.within(1, 7)
      expect(JSON.parse(await readObject(fixture, `s3://${BUCKET}/checkpoints/spot-1/state.json`))).to.deep.equal({
        step: 8,
      })
    })

    it('are interrupted after the seconds that a fault says', async () => {
      fixture.sagemaker.faults.add({ fault: 'interrupt', job: 'spot-2', seconds: 0.1 })
      const job = await runTrainingJob(fixture, { ...spot, name: 'spot-2' })
      expect(statusesOf(job)).to.include('Interrupted')
      expect(job.TrainingJobStatus).to.equal('Completed')
    })

    it('alone are interrupted', async () => {
      fixture.sagemaker.faults.add({ fault: 'interrupt', job: 'on-demand' })
      const { spot: _, ...wish } = spot
      const job = await runTrainingJob(fixture, { ...wish, name: 'on-demand' })
      expect(statusesOf(job)).to.not.include('Interrupted')
      expect(fixture.sagemaker.faults.take('interrupt', { job: 'on-demand' })).to.not.equal(undefined)
    })

    it('wait for an instance while there is none', async () => {
      fixture.sagemaker.faults.add({ fault: 'capacity', job: 'queued', seconds: 0.2 })
      const job = await runTrainingJob(fixture, { ...spot, name: 'queued' })
      expect(job.TrainingJobStatus).to.equal('Completed')
      expect(job.SecondaryStatusTransitions![0]).to.include({
        Status: 'Starting',
        StatusMessage: 'Insufficient capacity error from EC2 while launching instances, retrying!',
      })
      fixture.sagemaker.faults.add({ fault: 'capacity', job: 'forgotten' })
      const forgotten = await runTrainingJob(fixture, { name: 'forgotten', spot: 1, maxRuntime: 1 })
      expect(statusesOf(forgotten)).to.deep.equal(['Starting', 'Stopping', 'MaxWaitTimeExceeded'])
      expect(forgotten.TrainingStartTime).to.equal(undefined)
    })

    it('wait no longer than they may', async () => {
      const job = await runTrainingJob(fixture, {
        name: 'waited',
        behaviour: 'hang',
        spot: 1,
        maxRuntime: 1,
      })
      expect(job.TrainingJobStatus).to.equal('Stopped')
      expect(job.SecondaryStatus).to.equal('MaxWaitTimeExceeded')
    })
  })

  it('have their checkpoints in S3 while they run', async () => {
    await createTrainingJob(fixture, {
      name: 'watched',
      behaviour: 'slow',
      hasCheckpoints: true,
      hyperparameters: { steps: '1000' },
    })
    await eventually(async () => (await keysUnder(fixture, 'checkpoints/watched/')).length > 0)
    expect((await describeTrainingJob(fixture, 'watched')).SecondaryStatus).to.equal('Training')
    await stop('watched')
    await fixture.sagemaker.whenTrainingEnded('watched')
  })

  it('lose or double their events, when a fault says so', async () => {
    fixture.sagemaker.faults.add({ fault: 'drop-event', job: 'mumbled', status: 'Completed' })
    await runTrainingJob(fixture, { name: 'mumbled' })
    fixture.sagemaker.faults.add({ fault: 'duplicate-event', job: 'echoed', status: 'Completed' })
    await runTrainingJob(fixture, { name: 'echoed' })
    const endings = (name: string) =>
      eventsOf(name).filter(({ TrainingJobStatus }) => TrainingJobStatus === 'Completed')
    await eventually(() => endings('echoed').length === 2)
    expect(endings('mumbled')).to.deep.equal([])
  })

  describe('are refused', () => {
    it('without a name that is free', async () => {
      await runTrainingJob(fixture, { name: 'taken' })
      const failure = await failureOf(createTrainingJob(fixture, { name: 'taken' }))
      expect(failure).to.include({
        name: 'ResourceInUse',
        message: `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn('taken')})`,
      })
    })

    it('beyond the quota, whose name the error has', async () => {
      writeOperatorSettings(fixture.directory, { quotas: { 'ml.g5.2xlarge': 0, '* for spot training job usage': 0 } })
      const onDemand = await refusal({})
      expect(onDemand.name).to.equal('ResourceLimitExceeded')
      expect(onDemand.message).to.match(
        /^The account-level service limit 'ml\.g5\.2xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances\./,
      )
      const { ResourceConfig: _, ...spot } = trainingRequest({ name: 'x', spot: 60 })
      const ResourceConfig = { InstanceType: 'ml.p3.2xlarge' as const, InstanceCount: 1, VolumeSizeInGB: 9 }
      expect((await refusal({ ...spot, ResourceConfig })).message).to.include(
        "'ml.p3.2xlarge for spot training job usage' is 0 Instances",
      )
    })

    it('when there is nothing to train on, or the role may not look', async () => {
      const empty = await refusal({ InputDataConfig: [channelOf('dataset', `s3://${BUCKET}/nowhere/`)] })
      expect(empty).to.include({
        name: 'ValidationException',
        message: `No S3 objects found under S3 URL "s3://${BUCKET}/nowhere/" given in input data source. Please ensure that the bucket exists in the selected region (${region}), that objects exist under that S3 prefix, and that the role "${EXECUTION_ROLE}" has "s3:ListBucket" permissions on bucket "${BUCKET}".`,
      })
      const InputDataConfig = [channelOf('dataset', `s3://${BUCKET}/dataset/toys/`)]
      const denied = await refusal({ RoleArn: roleArn('nothing'), InputDataConfig })
      expect(denied.message).to.match(/^No S3 objects found under .* Error message from S3: /)
    })

    const wrong: [what: string, request: Partial<CreateTrainingJobRequest>, message: RegExp][] = [
      [
        'a name of other letters',
        { TrainingJobName: 'no_good' },
        /^1 validation error detected: Value 'no_good' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
      ],
      [
        'a spot job without a longest wait',
        { EnableManagedSpotTraining: true },
        /^Invalid MaxWaitTimeInSeconds\. It must be present and be greater than or equal to MaxRuntimeInSeconds/,
      ],
      [
        'a metric whose expression is none',
        {
          AlgorithmSpecification: {
            TrainingImage: 'test/fixture:1',
            TrainingInputMode: 'File',
            MetricDefinitions: [{ Name: 'bad', Regex: '(' }],
          },
        },
        /^The regular expression '\(' of the metric bad is invalid/,
      ],
      [
        'two instances',
        { ResourceConfig: { InstanceType: 'ml.g5.xlarge', InstanceCount: 2, VolumeSizeInGB: 9 } },
        /^The laptop stack has no number of instances but 1 for training jobs\./,
      ],
      [
        'pipes',
        { AlgorithmSpecification: { TrainingImage: 'test/fixture:1', TrainingInputMode: 'Pipe' } },
        /^The laptop stack has no input mode but File/,
      ],
    ]
    for (const [what, request, message] of wrong)
      it(`with ${what}`, async () => {
        const failure = await refusal(request)
        expect([failure.name, failure.message]).to.satisfy(
          ([name, text]: string[]) => name === 'ValidationException' && message.test(text!),
          `${failure.name}: ${failure.message}`,
        )
      })

    it('to those who may not create them or pass the role', async () => {
      const asTrainer = (name: string, request = {}) =>
        createTrainingJob(fixture, { name, request }, roleArn('trainer'))
      await asTrainer('mine-1')
      expect((await failureOf(asTrainer('yours-1'))).message).to.include(
        `not authorized to perform: sagemaker:CreateTrainingJob on resource: ${arn('yours-1')}`,
      )
      expect((await failureOf(asTrainer('mine-2', { RoleArn: roleArn('blind') }))).message).to.include('iam:PassRole')
      expect((await failureOf(asTrainer('mine-3', { Tags: [{ Key: 'a', Value: 'b' }] }))).message).to.include(
        'sagemaker:AddTags',
      )
      await fixture.sagemaker.whenTrainingEnded('mine-1')
    })
  })

  it('carry tags', async () => {
    await runTrainingJob(fixture, { name: 'tagged', request: { Tags: [{ Key: 'a', Value: '1' }] } })
    const ResourceArn = arn('tagged')
    await sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }))
    await sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['a'] }))
    const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn }))
    expect(Tags).to.deep.equal([{ Key: 'b', Value: '2' }])
    expect(eventsOf('tagged').at(-1)!.Tags).to.deep.equal({ a: '1' })
  })

  it('go on from their checkpoints when the stack was ended, and say so', async () => {
    const restarted = await startHosting()
    await createTrainingJob(restarted, {
      name: 'patient',
      behaviour: 'slow',
      hasCheckpoints: true,
      hyperparameters: { steps: '10', pause: '100' },
    })
    await eventually(async () => (await describeTrainingJob(restarted, 'patient')).FinalMetricDataList)
    await restarted.restart()
    await restarted.sagemaker.whenTrainingEnded('patient')
    const job = await describeTrainingJob(restarted, 'patient')
    expect(job.TrainingJobStatus).to.equal('Completed')
    expect(statusesOf(job).filter((status) => status === 'Starting')).to.have.length(2)
    expect(restarted.logs.some((line) => /^stopped at step [1-9]/.test(line))).to.equal(true)
    expect(restarted.logs.some((line) => /^resumed at step [1-9]/.test(line))).to.equal(true)
    expect(readFileSync(join(restarted.directory, 'logs/training-patient.log'), 'utf8')).to.include('resumed at step')
    await restarted.close()
  })

  it('are found in a secondary status while they are in it', async () => {
    await createTrainingJob(fixture, { name: 'seen', behaviour: 'hang' })
    const job = await untilSecondaryStatus(fixture, 'seen', 'Training')
    expect(job).to.include({ TrainingJobStatus: 'InProgress' })
    expect(job.TrainingTimeInSeconds).to.equal(undefined)
    await stop('seen')
    await fixture.sagemaker.whenTrainingEnded('seen')
  })

  describe('that have ended', () => {
    it('are listed, and not found by a wrong name', async () => {
      const listed = await sagemaker.send(
        new ListTrainingJobsCommand({
          NameContains: 'failed',
          StatusEquals: 'Failed',
          SortBy: 'Name',
          SortOrder: 'Ascending',
        }),
      )
      expect(listed.TrainingJobSummaries!.map(({ TrainingJobName }) => TrainingJobName)).to.deep.equal([
        'failed-exit-137',
        'failed-fail-message',
        'failed-unheard-of',
      ])
      expect(listed.TrainingJobSummaries![0]).to.include({ TrainingJobStatus: 'Failed', SecondaryStatus: 'Failed' })
      for (const attempt of [describeTrainingJob(fixture, 'nobody'), stop('nobody')])
        expect(await failureOf(attempt)).to.include({
          name: 'ValidationException',
          message: 'Requested resource not found.',
        })
    })
  })
})
