import { expect } from 'chai'
import type { Json } from '../../local/interpreter/contract.ts'
import { type Behaviour, type Run, readShippedMachine, runScripted, type Script } from '../support/shipped-machine.ts'

const machine = readShippedMachine('deploy-endpoint')

const endpoint = {
  name: 'darkroom-dev-async-test',
  modelName: 'the-model',
  configName: 'the-config',
  endpointType: 'Async',
  backend: 'pocket',
  instanceType: 'ml.g5.2xlarge',
  instanceCount: 1,
  autoscaling: true,
  minInstances: 0,
  maxInstances: 3,
  roles: ['artists'],
  container: { Image: 'darkroom/pocket', Environment: { BUCKET_NAME: 'bucket' } },
  maxConcurrency: 2,
  scaleInCooldown: 180,
}
const inputWith = (changes: object = {}): Json =>
  ({ id: 'my-endpoint', requestedBy: 'admin', request: { ...endpoint, ...changes } }) as Json

const seen = (status: string, reason = ''): Behaviour => ({ output: { status, reason, instances: 1 } })
const success: Script = {
  'Wait until in service': [seen('InService')],
  'Put wake up policy': [{ output: { PolicyARN: 'arn:policy' } }],
}
const run = (changes: Script = {}, input: Json = inputWith()): Promise<Run> =>
  runScripted(machine, input, { ...success, ...changes })

const callsOf = ({ calls }: Run, state: string) => calls.get(state) ?? []
const firstCall = (result: Run, state: string): Record<string, unknown> => callsOf(result, state)[0] ?? {}
const failureOf = ({ outcome }: Run) =>
  outcome?.status === 'FAILED' ? { error: outcome.error, cause: outcome.cause } : outcome

const SCALING = [
  'Register scaling',
  'Put tracking policy',
  'Scales from zero?',
  'Put wake up policy',
  'Put wake up alarm',
]
const CREATION = ['Record endpoint', 'Create model', 'Create endpoint config', 'Create endpoint']
const WAIT = ['Wait until in service', 'Endpoint in service?']
const HAPPY_PATH = [...CREATION, ...WAIT, ...SCALING, 'Mark in service', 'Endpoint ready']
const COMPENSATION = ['Mark failed', 'Unmake endpoint', 'Endpoint failed']

/** Tasks after the first, each with an error that its Retry names and how often it is tried. */
const GUARDED: [string, string, number][] = [
  ['Create model', 'SageMaker.SdkClientException', 3],
  ['Create endpoint config', 'SageMaker.SdkClientException', 3],
  ['Create endpoint', 'SageMaker.SdkClientException', 3],
  ['Wait until in service', 'TransientError', 4],
  ['Register scaling', 'ApplicationAutoScaling.ConcurrentUpdateException', 4],
  ['Put tracking policy', 'ApplicationAutoScaling.InternalServiceException', 4],
  ['Put wake up policy', 'ApplicationAutoScaling.SdkClientException', 4],
  ['Put wake up alarm', 'CloudWatch.CloudWatchException', 4],
  ['Mark in service', 'DynamoDB.ThrottlingException', 4],
]

describe('deploy-endpoint', () => {
  it('passes every state of the way to success once', async () => {
    const result = await run()
    expect(result.entered).to.deep.equal(HAPPY_PATH)
    expect(result.outcome?.status).to.equal('SUCCEEDED')
  })

  it('gives the first state what the record is made of', async () => {
    const { Payload } = firstCall(await run(), 'Record endpoint') as { Payload: Record<string, unknown> }
    expect(Payload).to.include({ id: 'my-endpoint', requestedBy: 'admin' })
    expect(Payload.executionArn).to.contain(':execution:')
    expect(Payload.request).to.deep.equal(endpoint)
  })

  it('makes a model of the container, and a configuration with output, failures and topics', async () => {
    const result = await run()
    expect(firstCall(result, 'Create model')).to.deep.equal({
      ModelName: 'the-model',
      ExecutionRoleArn: 'the-EndpointRole',
      PrimaryContainer: endpoint.container,
    })
    const config = firstCall(result, 'Create endpoint config') as Record<string, Record<string, unknown>[]>
    expect(config.ProductionVariants?.[0]).to.include({
      VariantName: 'prod',
      ModelName: 'the-model',
      InitialInstanceCount: 1,
    })
    expect(config.AsyncInferenceConfig).to.deep.equal({
      ClientConfig: { MaxConcurrentInvocationsPerInstance: 2 },
      OutputConfig: {
        S3OutputPath: 's3://the-Bucket/sagemaker_output/',
        S3FailurePath: 's3://the-Bucket/sagemaker_failures/',
        NotificationConfig: { SuccessTopic: 'the-SuccessTopic', ErrorTopic: 'the-ErrorTopic' },
      },
    })
  })

  it('scales an async endpoint on its backlog, and wakes it from zero', async () => {
    const result = await run()
    expect(firstCall(result, 'Register scaling')).to.include({
      ResourceId: 'endpoint/darkroom-dev-async-test/variant/prod',
      MinCapacity: 0,
      MaxCapacity: 3,
    })
    const tracking = firstCall(result, 'Put tracking policy').TargetTrackingScalingPolicyConfiguration
    expect(tracking).to.deep.include({ TargetValue: 3, ScaleInCooldown: 180, ScaleOutCooldown: 60 })
    expect(tracking).to.have.nested.property(
      'CustomizedMetricSpecification.MetricName',
      'ApproximateBacklogSizePerInstance',
    )
    expect(firstCall(result, 'Put wake up alarm')).to.deep.include({
      AlarmName: 'darkroom-dev-async-test-HasBacklogWithoutCapacity-Alarm',
      MetricName: 'HasBacklogWithoutCapacity',
      AlarmActions: ['arn:policy'],
    })
  })

  it('scales a real-time endpoint on its invocations, with no async configuration and no wake-up', async () => {
    const result = await run({}, inputWith({ endpointType: 'Real-time', minInstances: 1 }))
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(result.entered).not.to.include('Put wake up policy')
    expect(firstCall(result, 'Create endpoint config')).not.to.have.property('AsyncInferenceConfig')
    const tracking = firstCall(result, 'Put tracking policy').TargetTrackingScalingPolicyConfiguration
    expect(tracking).to.deep.include({ TargetValue: 5 }).and.not.to.have.property('CustomizedMetricSpecification')
  })

  it('registers nothing when scaling is not wanted', async () => {
    const result = await run({}, inputWith({ autoscaling: false }))
    expect(result.entered).to.deep.equal([...CREATION, ...WAIT, 'Mark in service', 'Endpoint ready'])
  })

  it('hands a token out to wait with, and looks again when no sign has come', async () => {
    const result = await run({
      'Wait until in service': ['silent', { error: 'States.HeartbeatTimeout' }, seen('InService')],
    })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    const calls = callsOf(result, 'Wait until in service').map(({ Payload }) => Payload as Record<string, string>)
    expect(calls).to.have.length(3)
    expect(calls[0]).to.include({ endpointId: 'my-endpoint', name: endpoint.name, awaited: 'in service' })
    expect(new Set(calls.map(({ taskToken }) => taskToken)).size).to.equal(3)
  })

  it('gives up when the endpoint is not in service after sixty looks', async () => {
    const result = await run({ 'Wait until in service': ['silent'] })
    expect(callsOf(result, 'Wait until in service')).to.have.length(60)
    expect(failureOf(result)).to.include({ error: 'EndpointTooSlow' })
    expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
  })

  const ENDS: [string, Behaviour, string, string][] = [
    [
      'Failed',
      seen('Failed', 'The primary container did not pass the ping'),
      'EndpointFailed',
      'did not pass the ping',
    ],
    ['Failed without a reason', seen('Failed'), 'EndpointFailed', 'no reason'],
    ['Failed for a quota', seen('Failed', 'ResourceLimitExceeded: ml.g5'), 'QuotaExceeded', 'ml.g5'],
    ['RollingBack', seen('RollingBack'), 'EndpointRolledBack', 'took the endpoint back'],
    ['UpdateRollbackFailed', seen('UpdateRollbackFailed', 'stuck'), 'EndpointRolledBack', 'stuck'],
    ['gone', seen('Gone'), 'EndpointGone', 'was deleted while it was being created'],
    ['Deleting', seen('Deleting'), 'EndpointGone', 'was deleted while it was being created'],
    ['in a status nobody knows', seen('Sleeping'), 'UnexpectedStatus', 'is Sleeping'],
  ]
  for (const [what, behaviour, error, cause] of ENDS) {
    it(`unmakes everything and says why when the endpoint is ${what}`, async () => {
      const result = await run({ 'Wait until in service': [behaviour] })
      expect(failureOf(result)).to.include({ error })
      expect(failureOf(result)).to.have.property('cause').that.contains(cause)
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
      expect(firstCall(result, 'Mark failed')).to.have.nested.property(
        'ExpressionAttributeValues.:reason.M.error.S',
        error,
      )
      expect(firstCall(result, 'Unmake endpoint')).to.deep.include({
        StateMachineArn: 'the-DeleteEndpointMachine',
        Name: 'my-endpoint-unmake-0',
      })
      expect(firstCall(result, 'Unmake endpoint').Input).to.deep.include({
        id: 'my-endpoint-unmake-0',
        requestedBy: 'admin',
        request: { endpointId: 'my-endpoint', name: endpoint.name, unmakes: true },
      })
    })
  }

  for (const state of ['Create model', 'Create endpoint config', 'Create endpoint']) {
    it(`names the quota and where to raise it when "${state}" exceeds it`, async () => {
      const cause = 'The account-level service limit is 0. (Service: SageMaker, Status Code: 400)'
      const result = await run({ [state]: [{ error: 'SageMaker.ResourceLimitExceededException', cause }] })
      expect(callsOf(result, state)).to.have.length(1)
      expect(failureOf(result)).to.include({ error: 'QuotaExceeded' })
      expect(failureOf(result))
        .to.have.property('cause')
        .that.contains('limit is 0. To raise')
        .and.contains('ml.g5.2xlarge for endpoint usage')
        .and.contains('servicequotas')
    })

    it(`goes on when "${state}" was done by an attempt whose answer was lost`, async () => {
      const exists: Behaviour = { error: 'SageMaker.SageMakerException', cause: 'Cannot create already existing thing' }
      const result = await run({ [state]: [{ error: 'States.Timeout' }, exists] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
    })

    it(`keeps SageMaker's words when it refuses "${state}"`, async () => {
      const refusal: Behaviour = {
        error: 'SageMaker.SageMakerException',
        cause: 'No such type (Service: SageMaker, …)',
      }
      const result = await run({ [state]: [refusal], 'Wait until in service': [seen('Gone')] })
      expect(failureOf(result)).to.deep.equal({ error: 'EndpointRefused', cause: 'No such type' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  }

  for (const [state, transient, attempts] of GUARDED) {
    it(`goes on when "${state}" succeeds after ${transient}`, async () => {
      const result = await run({ [state]: [{ error: transient }, ...(success[state] ?? [{ output: {} }])] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
    })

    it(`gives up after ${attempts} attempts and unmakes when "${state}" keeps failing with ${transient}`, async () => {
      const result = await run({ [state]: [{ error: transient, cause: 'again' }] })
      expect(callsOf(result, state)).to.have.length(attempts)
      expect(failureOf(result)).to.deep.equal({ error: transient, cause: 'again' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })

    it(`does not try "${state}" again after a permanent error, and keeps its words`, async () => {
      const cause = JSON.stringify({ errorType: 'Denied', errorMessage: 'not for you' })
      const result = await run({ [state]: [{ error: 'Denied', cause }] })
      expect(callsOf(result, state)).to.have.length(1)
      expect(failureOf(result)).to.deep.equal({ error: 'Denied', cause: 'not for you' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  }

  for (const state of GUARDED.map(([name]) => name).filter((name) => name !== 'Wait until in service')) {
    it(`fails by its time-out when "${state}" never answers`, async () => {
      const result = await run({ [state]: ['silent'] })
      expect(failureOf(result)).to.include({ error: 'States.Timeout' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  }

  it('touches nothing when the name or a role is taken: what is there belongs to another endpoint', async () => {
    const cause = JSON.stringify({
      errorType: 'RoleTaken',
      errorMessage: 'role [artists] has a valid endpoint already',
    })
    const result = await run({ 'Record endpoint': [{ error: 'RoleTaken', cause }] })
    expect(result.entered).to.deep.equal(['Record endpoint', 'Endpoint failed'])
    expect(failureOf(result)).to.deep.equal({
      error: 'RoleTaken',
      cause: 'role [artists] has a valid endpoint already',
    })
  })

  it('tries the record again after transient errors, four times at most', async () => {
    expect((await run({ 'Record endpoint': [{ error: 'TransientError' }, { output: {} }] })).outcome?.status).to.equal(
      'SUCCEEDED',
    )
    const result = await run({ 'Record endpoint': [{ error: 'TransientError', cause: 'again' }] })
    expect(callsOf(result, 'Record endpoint')).to.have.length(4)
    expect(result.entered).to.deep.equal(['Record endpoint', 'Endpoint failed'])
  })

  it('unmakes although the record could not be marked', async () => {
    const result = await run({
      'Wait until in service': [seen('Failed', 'broken')],
      'Mark failed': [{ error: 'DynamoDB.ConditionalCheckFailedException' }],
    })
    expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    expect(failureOf(result)).to.deep.equal({ error: 'EndpointFailed', cause: 'broken' })
  })

  it('tries the marking again before it goes on', async () => {
    const result = await run({
      'Wait until in service': [seen('Failed', 'broken')],
      'Mark failed': [{ error: 'DynamoDB.ThrottlingException' }],
    })
    expect(callsOf(result, 'Mark failed')).to.have.length(4)
    expect(result.entered.slice(-2)).to.deep.equal(['Unmake endpoint', 'Endpoint failed'])
  })

  it('has it unmade once more under another name, then fails with the first reason', async () => {
    const result = await run({
      'Wait until in service': [seen('Failed', 'broken')],
      'Unmake endpoint': [{ error: 'States.TaskFailed', cause: 'DeletionFailed' }],
    })
    expect(callsOf(result, 'Unmake endpoint').map(({ Name }) => Name)).to.deep.equal([
      'my-endpoint-unmake-0',
      'my-endpoint-unmake-1',
    ])
    expect(callsOf(result, 'Unmake endpoint')[1]).to.have.nested.property(
      'Input.request.replaces',
      'my-endpoint-unmake-0',
    )
    expect(failureOf(result)).to.deep.equal({ error: 'EndpointFailed', cause: 'broken' })
  })
})
