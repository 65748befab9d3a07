import { expect } from 'chai'
import type { Json } from '../../local/interpreter/contract.ts'
import { type Behaviour, type Run, readShippedMachine, runScripted, type Script } from '../support/shipped-machine.ts'

const machine = readShippedMachine('train-dreambooth')

const input = {
  id: 'my-training',
  requestedBy: 'admin',
  request: { name: 'corgi', base: 'castle.safetensors', dataset: 'dogs', method: 'dreambooth', learningRate: 0.000002 },
}

const TYPES = ['ml.g5.2xlarge', 'ml.g5.4xlarge']
const batch = { bucket: 'bucket', key: 'trainings/my-training/input/dataset.manifest', from: 0, count: 200 }
const job = {
  namePrefix: 'darkroom-dev-abc',
  image: 'darkroom/pocket',
  hyperparameters: { training_id: 'my-training', method: 'dreambooth' },
  channels: [
    { name: 'config', type: 'S3Prefix', uri: 's3://bucket/trainings/my-training/input/config/' },
    { name: 'dataset', type: 'ManifestFile', uri: 's3://bucket/trainings/my-training/input/dataset.manifest' },
  ],
  outputPath: 's3://bucket/Stable-diffusion/checkpoint/custom/x',
  resumePath: 's3://bucket/trainings/my-training/checkpoints',
  volumeGigabytes: 40,
  spot: false,
  maxRuntimeSeconds: 5400,
  maxWaitSeconds: 9000,
  tags: [{ Key: 'darkroom:training', Value: 'my-training' }],
}
const files = [{ name: 'corgi.safetensors', key: 'k', size: 5, etag: '"e"' }]
const collected = { files, unregistered: 0, job: { name: 'darkroom-dev-abc-1' }, summary: { files: 1 } }

const payload = (value: Json): Behaviour => ({ output: { Payload: value } })
const prepared = (more: object = {}, batches: Json[] = [batch, { ...batch, from: 200 }]): Behaviour =>
  payload({ job: { ...job, ...more }, instanceTypes: TYPES, batches, summary: { images: 300, steps: 800 } } as Json)

/** Every task succeeds. */
const success: Script = {
  'Prepare training': [prepared()],
  'Check image batch': [payload({ checked: 200, refused: [], refusedCount: 0 })],
  Train: [{ output: { TrainingJobName: 'darkroom-dev-abc-1', TrainingJobStatus: 'Completed' } }],
  'Collect outputs': [payload(collected as Json)],
  'Register checkpoint': [payload({ checkpointId: 'x', name: 'corgi.safetensors', files: 1 })],
}

const run = (changes: Script = {}): Promise<Run> => runScripted(machine, input, { ...success, ...changes })
const callsOf = ({ calls }: Run, state: string) => calls.get(state) ?? []
const firstCall = (result: Run, state: string): Record<string, unknown> => callsOf(result, state)[0] ?? {}
const reasonOf = ({ outcome }: Run): { error?: string; cause?: string } => outcome as { error?: string; cause?: string }

/** What Step Functions says of a job that did not complete: its description. */
const jobFailed = (description: object): Behaviour => ({
  error: 'States.TaskFailed',
  cause: JSON.stringify({ TrainingJobName: 'darkroom-dev-abc-1', TrainingJobStatus: 'Failed', ...description }),
})

/** As Step Functions hands it on: what does not fit is cut off. */
const jobFailedAtLength = (description: object): Behaviour => {
  const transitions = Array.from({ length: 400 }, () => ({ Status: 'Interrupted', StatusMessage: 'x'.repeat(99) }))
  const whole = jobFailed({ ...description, SecondaryStatusTransitions: transitions }) as { cause: string }
  return { error: 'States.TaskFailed', cause: whole.cause.slice(0, 32_768) }
}

const refusal = (code: string, message: string): Behaviour => ({
  error: `SageMaker.${code}Exception`,
  cause: `${message} (Service: AmazonSageMaker; Status Code: 400; Error Code: ${code}; Request ID: r; Proxy: null)`,
})

const noCapacity = jobFailed({
  SecondaryStatus: 'Failed',
  FailureReason: 'CapacityError: Unable to provision requested ML compute capacity.',
})
const noQuota = refusal('ResourceLimitExceeded', 'The account-level service limit is 0 Instances.')

const HAPPY_PATH = [
  'Record training',
  'Prepare training',
  'Check images',
  'Check image batch',
  'Check image batch',
  'Images fine?',
  'Mark training',
  'Train',
  'Collect outputs',
  'Register checkpoint',
  'Mark succeeded',
  'Training succeeded',
]

const COMPENSATION = ['Clean up training', 'Mark failed', 'Training failed']

/** Tasks whose failure fails the training, an error that their Retry names, and how often they are tried then. */
const GUARDED: [state: string, transient: string, attempts: number][] = [
  ['Record training', 'DynamoDB.ThrottlingException', 4],
  ['Prepare training', 'TransientError', 4],
  ['Check image batch', 'Sandbox.Timedout', 4],
  ['Mark training', 'DynamoDB.InternalServerErrorException', 4],
  ['Train', 'SageMaker.AmazonSageMakerException', 3],
  ['Collect outputs', 'Lambda.TooManyRequestsException', 4],
  ['Register checkpoint', 'Runtime.ExitError', 4],
  ['Mark succeeded', 'DynamoDB.SdkClientException', 4],
]

describe('train-dreambooth', () => {
  it('passes every state of the way to success once', async () => {
    const result = await run()
    expect(result.entered).to.deep.equal(HAPPY_PATH)
    expect(result.outcome?.status).to.equal('SUCCEEDED')
  })

  it('writes the record first, with the request as JSON and its owner', async () => {
    const { Item, ConditionExpression } = firstCall(await run(), 'Record training') as {
      Item: Record<string, { S: string }>
      ConditionExpression: string
    }
    expect(ConditionExpression).to.contain('attribute_not_exists(id)')
    expect(Item.status).to.deep.equal({ S: 'Preparing' })
    expect(Item.ownerRolesOrUsers).to.deep.equal({ L: [{ S: 'admin' }] })
    expect(JSON.parse(Item.request?.S ?? '')).to.deep.equal(input.request)
    expect(Item.checkpointId?.S).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('starts one job with everything that SageMaker needs to know', async () => {
    const result = await run()
    expect(firstCall(result, 'Train')).to.deep.include({
      TrainingJobName: 'darkroom-dev-abc-1',
      HyperParameters: job.hyperparameters,
      OutputDataConfig: { S3OutputPath: job.outputPath, CompressionType: 'NONE' },
      ResourceConfig: { InstanceType: 'ml.g5.2xlarge', InstanceCount: 1, VolumeSizeInGB: 40 },
      RoleArn: 'the-TrainingJobRole',
      StoppingCondition: { MaxRuntimeInSeconds: 5400 },
      Tags: job.tags,
    })
    expect(firstCall(result, 'Train')).not.to.have.any.keys('EnableManagedSpotTraining', 'CheckpointConfig')
    const channels = firstCall(result, 'Train').InputDataConfig as { ChannelName: string; DataSource: Json }[]
    expect(channels.map(({ ChannelName }) => ChannelName)).to.deep.equal(['config', 'dataset'])
    expect(channels[1]?.DataSource).to.deep.equal({
      S3DataSource: {
        S3DataType: 'ManifestFile',
        S3Uri: job.channels[1]?.uri,
        S3DataDistributionType: 'FullyReplicated',
      },
    })
    const { MetricDefinitions } = firstCall(result, 'Train').AlgorithmSpecification as {
      MetricDefinitions: { Name: string; Regex: string }[]
    }
    const line = 'progress step=120 of=800 loss=0.0812 lr=1e-06 seconds=33.1'
    const read = MetricDefinitions.map(({ Name, Regex }) => [Name, new RegExp(Regex).exec(line)?.[1]])
    expect(Object.fromEntries(read)).to.deep.equal({
      'train:step': '120',
      'train:steps': '800',
      'train:loss': '0.0812',
      'train:lr': '1e-06',
    })
  })

  it('takes spot machines and keeps what a job needs to go on, where that is asked for', async () => {
    const result = await run({ 'Prepare training': [prepared({ spot: true })] })
    expect(firstCall(result, 'Train')).to.deep.include({
      EnableManagedSpotTraining: true,
      CheckpointConfig: { S3Uri: job.resumePath },
      StoppingCondition: { MaxRuntimeInSeconds: 5400, MaxWaitTimeInSeconds: 9000 },
    })
  })

  it('notes the job before it is started', async () => {
    const { ExpressionAttributeValues } = firstCall(await run(), 'Mark training')
    expect(ExpressionAttributeValues).to.deep.include({
      ':attempt': { N: '1' },
      ':jobName': { S: 'darkroom-dev-abc-1' },
      ':instanceType': { S: 'ml.g5.2xlarge' },
    })
  })

  it('checks one batch, or none, as well as many', async () => {
    for (const batches of [[batch], []]) {
      const result = await run({ 'Prepare training': [prepared({}, batches)] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
      expect(callsOf(result, 'Check image batch')).to.have.length(batches.length)
    }
  })

  it('fails with the list of what cannot be used, before a job is paid for', async () => {
    const refused = Array.from({ length: 15 }, (_, index) => ({ name: `${index}.png`, reason: 'truncated' }))
    const result = await run({
      'Check image batch': [payload({ checked: 200, refused, refusedCount: 40 })],
    })
    const { error, cause } = reasonOf(result)
    expect(error).to.equal('UnreadableImages')
    expect(cause).to.contain('80 of the files').and.to.contain('0.png (truncated)').and.to.contain('and 60 more.')
    expect(callsOf(result, 'Train')).to.have.length(0)
    expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
  })

  it('names a single file that cannot be used', async () => {
    const one = payload({ checked: 9, refused: [{ name: 'x.png', reason: 'not an image' }], refusedCount: 1 })
    const result = await run({ 'Prepare training': [prepared({}, [batch])], 'Check image batch': [one] })
    expect(reasonOf(result).cause).to.equal('1 of the files cannot be used: x.png (not an image).')
  })

  for (const [what, shortage] of [
    ['AWS has no free machine', noCapacity],
    ['the quota is used up', noQuota],
    ['the quota is named by another error', refusal('AmazonSageMaker', 'ResourceLimitExceeded: no more')],
  ] as const) {
    it(`takes the next instance type under a new name when ${what}`, async () => {
      const result = await run({ Train: [shortage, shortage, shortage, ...(success.Train ?? [])] })
      const names = callsOf(result, 'Train').map(({ TrainingJobName }) => TrainingJobName)
      expect(new Set(names)).to.deep.equal(new Set(['darkroom-dev-abc-1', 'darkroom-dev-abc-2']))
      if (names.length === 4) expect(result.outcome?.status).to.equal('SUCCEEDED')
      const types = callsOf(result, 'Mark training').map(
        ({ ExpressionAttributeValues }) =>
          (ExpressionAttributeValues as Record<string, { S: string }>)[':instanceType']?.S,
      )
      expect(types).to.deep.equal(TYPES)
    })
  }

  it('succeeds on the second instance type', async () => {
    const result = await run({ Train: [noCapacity, ...(success.Train ?? [])] })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(result.entered.filter((name) => name === 'Another instance type?')).to.have.length(1)
  })

  it('names every type when none of them has capacity', async () => {
    const { error, cause } = reasonOf(await run({ Train: [noCapacity] }))
    expect(error).to.equal('CapacityUnavailable')
    expect(cause).to.contain('ml.g5.2xlarge, ml.g5.4xlarge').and.to.contain('Unable to provision')
  })

  it('names the quota and where to raise it', async () => {
    const { error, cause } = reasonOf(await run({ Train: [noQuota] }))
    expect(error).to.equal('QuotaExceeded')
    expect(cause).to.contain('The account-level service limit').and.to.contain('"ml.g5.4xlarge for training job usage"')
    expect(cause).to.contain('servicequotas').and.not.to.contain('Request ID')
    const spot = await run({ Train: [noQuota], 'Prepare training': [prepared({ spot: true })] })
    expect(reasonOf(spot).cause).to.contain('"ml.g5.4xlarge for spot training job usage"')
  })

  const endings: [what: string, behaviour: Behaviour, error: string, words: string][] = [
    [
      'the program’s own sentence',
      jobFailed({ SecondaryStatus: 'Failed', FailureReason: 'AlgorithmError: no pictures, exit code: 1' }),
      'TrainingFailed',
      'AlgorithmError: no pictures',
    ],
    [
      'a sentence with quotation marks, backslashes and lines',
      jobFailed({ SecondaryStatus: 'Failed', FailureReason: 'AlgorithmError: "C:\\new" is\nno folder' }),
      'TrainingFailed',
      'AlgorithmError: "C:\\new" is\nno folder',
    ],
    [
      'a description that is cut off',
      jobFailedAtLength({ SecondaryStatus: 'Failed', FailureReason: 'AlgorithmError: too often interrupted' }),
      'TrainingFailed',
      'too often interrupted',
    ],
    ['no reason', jobFailed({ SecondaryStatus: 'Failed' }), 'TrainingFailed', 'SageMaker gave no reason'],
    [
      'exit code 137',
      jobFailed({ SecondaryStatus: 'Failed', FailureReason: 'AlgorithmError: , exit code: 137' }),
      'OutOfMemory',
      'ml.g5.2xlarge has too little memory',
    ],
    [
      'too long a run',
      jobFailed({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' }),
      'MaxRuntimeExceeded',
      '1.5 hours (maxRuntimeHours)',
    ],
    [
      'too long a wait for spot machines',
      jobFailed({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' }),
      'MaxWaitTimeExceeded',
      '2.5 hours',
    ],
    [
      'somebody who stopped the job',
      jobFailed({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' }),
      'JobStopped',
      'darkroom-dev-abc-1',
    ],
    [
      'a job that is there already',
      refusal('ResourceInUse', 'Training job names must be unique'),
      'TrainingRefused',
      'Training job names must be unique',
    ],
    [
      'a refusal',
      refusal('AmazonSageMaker', 'No S3 objects found under S3 URL'),
      'TrainingRefused',
      'No S3 objects found under S3 URL',
    ],
    ['silence', 'silent', 'States.Timeout', 'No answer came in time.'],
    ['a task that may not', { error: 'States.Permissions', cause: 'not allowed' }, 'TrainingRefused', 'not allowed'],
  ]
  for (const [what, behaviour, error, words] of endings) {
    it(`fails with ${error} for ${what}, and cleans up`, async () => {
      const result = await run({ Train: [behaviour] })
      expect(reasonOf(result).error).to.equal(error)
      expect(reasonOf(result).cause).to.contain(words).and.not.to.contain('Request ID')
      expect(result.entered.slice(-4)).to.deep.equal(['Another instance type?', ...COMPENSATION])
      const values = firstCall(result, 'Mark failed').ExpressionAttributeValues as Record<string, { M: unknown }>
      expect(values[':reason']?.M).to.deep.equal({ error: { S: error }, cause: { S: reasonOf(result).cause } })
    })
  }

  it('has the outputs of the job collected that completed, and what came out registered', async () => {
    const second = { output: { TrainingJobName: 'darkroom-dev-abc-2', TrainingJobStatus: 'Completed' } }
    const result = await run({ Train: [noCapacity, second] })
    expect(firstCall(result, 'Collect outputs').Payload).to.deep.equal({
      id: 'my-training',
      jobName: 'darkroom-dev-abc-2',
    })
    expect(firstCall(result, 'Register checkpoint').Payload).to.deep.equal({ id: 'my-training', collected })
  })

  for (const [state, transient, attempts] of GUARDED) {
    it(`goes on when "${state}" succeeds after ${transient}`, async () => {
      const good = success[state] ?? [{ output: {} }]
      const result = await run({ [state]: [{ error: transient, cause: 'again' }, ...good] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
    })

    it(`gives up and cleans up when "${state}" keeps failing with ${transient}`, async () => {
      const result = await run({
        [state]: [{ error: transient, cause: 'again' }],
        'Prepare training':
          state === 'Prepare training' ? [{ error: transient, cause: 'again' }] : [prepared({}, [batch])],
      })
      expect(reasonOf(result).error).to.equal(state === 'Train' ? 'TrainingRefused' : transient)
      expect(reasonOf(result).cause).to.equal('again')
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
      expect(callsOf(result, state)).to.have.length(attempts)
    })

    it(`does not try "${state}" again after a permanent error`, async () => {
      const cause = JSON.stringify({ errorType: 'UntrainableBase', errorMessage: 'it is an inpainting model' })
      const result = await run({
        [state]: [{ error: 'UntrainableBase', cause }],
        'Prepare training':
          state === 'Prepare training' ? [{ error: 'UntrainableBase', cause }] : [prepared({}, [batch])],
      })
      expect(result.outcome?.status).to.equal('FAILED')
      expect(callsOf(result, state)).to.have.length(1)
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
      if (state !== 'Train') expect(reasonOf(result).cause).to.equal('it is an inpainting model')
    })

    it(`fails by its time-out when "${state}" never answers`, async () => {
      const result = await run({ [state]: ['silent'] })
      expect(reasonOf(result).error).to.equal('States.Timeout')
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  }

  it('refuses an id that another execution has recorded, and touches nothing of it', async () => {
    const result = await run({ 'Record training': [{ error: 'DynamoDB.ConditionalCheckFailedException' }] })
    expect(result.entered).to.deep.equal(['Record training', 'Training refused'])
    expect(reasonOf(result).error).to.equal('DuplicateId')
  })

  it('cleans up by the id of the input, whatever has been assigned', async () => {
    const result = await run({ 'Record training': [{ error: 'States.Permissions' }] })
    expect(firstCall(result, 'Clean up training').Payload).to.deep.equal({ id: 'my-training' })
  })

  it('marks the training failed although the clean-up failed', async () => {
    const result = await run({
      Train: [jobFailed({ FailureReason: 'bad' })],
      'Clean up training': [{ error: 'TransientError' }],
    })
    expect(callsOf(result, 'Clean up training')).to.have.length(4)
    expect(result.entered.slice(-2)).to.deep.equal(['Mark failed', 'Training failed'])
    expect(reasonOf(result)).to.include({ error: 'TrainingFailed', cause: 'bad' })
  })

  it('fails with the first reason although the record could not be marked', async () => {
    const result = await run({
      Train: [jobFailed({ FailureReason: 'bad' })],
      'Mark failed': [{ error: 'DynamoDB.ThrottlingException' }],
    })
    expect(callsOf(result, 'Mark failed')).to.have.length(4)
    expect(reasonOf(result)).to.include({ error: 'TrainingFailed', cause: 'bad' })
  })

  it('has every state entered by one of these tests', async () => {
    const runs = await Promise.all([
      run(),
      run({ Train: ['silent'] }),
      run({ 'Record training': [{ error: 'DynamoDB.ConditionalCheckFailedException' }] }),
    ])
    const { States } = machine as { States: Record<string, { ItemProcessor?: { States: object } }> }
    const all = Object.entries(States).flatMap(([name, state]) => [
      name,
      ...Object.keys(state.ItemProcessor?.States ?? {}),
    ])
    expect(new Set(runs.flatMap(({ entered }) => entered))).to.deep.equal(new Set(all))
  })
})
