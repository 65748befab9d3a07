import { expect } from 'chai'
import type { Json } from '../../local/interpreter/contract.ts'
import { type Behaviour, type Run, readShippedMachine, runScripted, type Script } from '../support/shipped-machine.ts'

const machine = readShippedMachine('create-model')

const model = {
  name: 'castles',
  sageMakerName: 'darkroom-dev-model-castles',
  backend: 'pocket',
  container: {
    Image: 'darkroom/pocket',
    Environment: { BUCKET_NAME: 'bucket' },
    ModelDataSource: {
      S3DataSource: { S3Uri: 's3://bucket/models/castles/', S3DataType: 'S3Prefix', CompressionType: 'None' },
    },
  },
  artifacts: { checkpoints: ['castle.safetensors'], loras: ['hat.safetensors'] },
}
const source = { bucket: 'bucket', key: 'packs/model.tar.gz' }
const inputWith = (changes: object = {}): Json =>
  ({ id: 'my-model', requestedBy: 'admin', request: { ...model, ...changes } }) as Json

const reply = (Payload: Json): Behaviour => ({ output: { Payload } })
const success: Script = {
  'Resolve artifacts': [
    reply({ items: [{ file: 0, part: 1 }, { file: 0, part: 2 }, { file: 1 }], files: 2, totalBytes: 9 }),
  ],
  'Copy artifact': [
    reply({ file: 0, part: 1, etag: 'a' }),
    reply({ file: 0, part: 2, etag: 'b' }),
    reply({ file: 1, etag: 'c' }),
  ],
  'Check tarball': [reply({ files: 2, totalBytes: 9 })],
  'Write manifest': [reply({ bucket: 'bucket', key: 'models/castles/manifest.json', files: 2, totalBytes: 9 })],
}
const run = (changes: Script = {}, input: Json = inputWith()): Promise<Run> =>
  runScripted(machine, input, { ...success, ...changes })
const runTarball = (changes: Script = {}): Promise<Run> => run(changes, inputWith({ artifacts: {}, source }))

const callsOf = ({ calls }: Run, state: string) => calls.get(state) ?? []
const firstCall = (result: Run, state: string): Record<string, unknown> => callsOf(result, state)[0] ?? {}
const failureOf = ({ outcome }: Run) =>
  outcome?.status === 'FAILED' ? { error: outcome.error, cause: outcome.cause } : outcome

const COPYING = ['Resolve artifacts', 'Copy artifacts', 'Copy artifact', 'Copy artifact', 'Copy artifact']
const REGISTRATION = ['Write manifest', 'Create model', 'Mark active', 'Model ready']
const BEGINNING = ['Record model', 'Made of a tarball?']
const COMPENSATION = ['Mark failed', 'Clean up model', 'Model failed']
const REFUSAL: Behaviour = { error: 'SageMaker.SageMakerException', cause: 'No such image (Service: SageMaker, …)' }

/** Tasks that are cleaned up after, each with an error that its Retry names and how often it is tried. */
const GUARDED: [string, string, number, (changes: Script) => Promise<Run>][] = [
  ['Resolve artifacts', 'TransientError', 4, run],
  ['Copy artifact', 'Lambda.TooManyRequestsException', 4, run],
  ['Check tarball', 'TransientError', 3, runTarball],
  ['Write manifest', 'Lambda.ServiceException', 4, run],
  ['Create model', 'SageMaker.SdkClientException', 3, run],
  ['Mark active', 'DynamoDB.ThrottlingException', 4, run],
]

describe('create-model', () => {
  it('passes every state of the way from checkpoints once', async () => {
    const result = await run()
    expect(result.entered).to.deep.equal([...BEGINNING, ...COPYING, ...REGISTRATION])
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    const output = (result.outcome as { output: string }).output
    expect(JSON.parse(output)).to.deep.equal({ modelId: 'my-model', name: 'castles', status: 'Active' })
  })

  it('passes every state of the way from a tarball once, and copies nothing', async () => {
    const result = await runTarball()
    expect(result.entered).to.deep.equal([...BEGINNING, 'Check tarball', ...REGISTRATION])
    expect(firstCall(result, 'Check tarball').Payload).to.deep.equal({ id: 'my-model' })
    expect(firstCall(result, 'Write manifest').Payload).to.deep.equal({ id: 'my-model', copied: [] })
  })

  it('gives the first state what the record is made of', async () => {
    const { Payload } = firstCall(await run(), 'Record model') as { Payload: Record<string, unknown> }
    expect(Payload).to.include({ id: 'my-model', requestedBy: 'admin' })
    expect(Payload.executionArn).to.contain(':execution:')
    expect(Payload.request).to.deep.equal(model)
  })

  it('copies item by item, and hands what was copied to the manifest', async () => {
    const result = await run()
    expect(callsOf(result, 'Copy artifact').map(({ Payload }) => Payload)).to.deep.equal([
      { id: 'my-model', file: 0, part: 1 },
      { id: 'my-model', file: 0, part: 2 },
      { id: 'my-model', file: 1 },
    ])
    expect(firstCall(result, 'Write manifest').Payload).to.deep.equal({
      id: 'my-model',
      copied: [
        { file: 0, part: 1, etag: 'a' },
        { file: 0, part: 2, etag: 'b' },
        { file: 1, etag: 'c' },
      ],
    })
  })

  it('copies a model of one file too', async () => {
    const result = await run({
      'Resolve artifacts': [reply({ items: [{ file: 0 }], files: 1, totalBytes: 9 })],
      'Copy artifact': [reply({ file: 0, etag: 'a' })],
    })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(firstCall(result, 'Write manifest').Payload).to.deep.equal({
      id: 'my-model',
      copied: [{ file: 0, etag: 'a' }],
    })
  })

  it('makes SageMaker’s model of the uncompressed files, with the endpoints’ role', async () => {
    expect(firstCall(await run(), 'Create model')).to.deep.equal({
      ModelName: 'darkroom-dev-model-castles',
      ExecutionRoleArn: 'the-EndpointRole',
      PrimaryContainer: model.container,
    })
  })

  it('marks active only what is being made', async () => {
    const update = firstCall(await run(), 'Mark active')
    expect(update).to.include({ TableName: 'the-ModelsTable', ConditionExpression: '#status IN (:creating, :active)' })
    expect(update).to.have.nested.property('Key.id.S', 'my-model')
  })

  for (const [state, transient, attempts, start] of GUARDED) {
    const behaviours = success[state] ?? [{ output: {} }]
    it(`goes on when "${state}" succeeds after ${transient}`, async () => {
      const result = await start({ [state]: [{ error: transient }, ...behaviours] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
    })

    it(`gives up after ${attempts} attempts and cleans up when "${state}" keeps failing with ${transient}`, async () => {
      const one = { 'Resolve artifacts': [reply({ items: [{ file: 0 }], files: 1, totalBytes: 9 })] }
      const result = await start({ ...one, [state]: [{ error: transient, cause: 'again' }] })
      expect(callsOf(result, state)).to.have.length(attempts)
      expect(failureOf(result)).to.deep.equal({ error: transient, cause: 'again' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })

    it(`does not try "${state}" again after a permanent error, keeps its words and cleans up`, async () => {
      const one = { 'Resolve artifacts': [reply({ items: [{ file: 0 }], files: 1, totalBytes: 9 })] }
      const cause = JSON.stringify({ errorType: 'InputChanged', errorMessage: 'it was replaced' })
      const result = await start({ ...one, [state]: [{ error: 'InputChanged', cause }] })
      expect(callsOf(result, state)).to.have.length(1)
      expect(failureOf(result)).to.deep.equal({ error: 'InputChanged', cause: 'it was replaced' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
      expect(firstCall(result, 'Mark failed')).to.have.nested.property(
        'ExpressionAttributeValues.:reason.M.error.S',
        'InputChanged',
      )
      expect(firstCall(result, 'Clean up model').Payload).to.deep.equal({ id: 'my-model' })
    })

    it(`fails by its time-out when "${state}" never answers`, async () => {
      const result = await start({ [state]: ['silent'] })
      expect(failureOf(result)).to.include({ error: 'States.Timeout' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  }

  describe('when the model cannot be recorded', () => {
    it('touches nothing: what is there belongs to another model', async () => {
      const cause = JSON.stringify({ errorType: 'ModelNameTaken', errorMessage: 'There is one already' })
      const result = await run({ 'Record model': [{ error: 'ModelNameTaken', cause }] })
      expect(result.entered).to.deep.equal(['Record model', 'Model failed'])
      expect(failureOf(result)).to.deep.equal({ error: 'ModelNameTaken', cause: 'There is one already' })
    })

    it('tries again, at most four times', async () => {
      expect((await run({ 'Record model': [{ error: 'TransientError' }, { output: {} }] })).outcome?.status).to.equal(
        'SUCCEEDED',
      )
      const result = await run({ 'Record model': [{ error: 'TransientError' }] })
      expect(callsOf(result, 'Record model')).to.have.length(4)
      expect(failureOf(result)).to.deep.equal({ error: 'TransientError', cause: 'No answer came in time.' })
    })
  })

  describe('what SageMaker refuses', () => {
    it('is told in its words when the model is not there', async () => {
      const result = await run({
        'Create model': [REFUSAL],
        'Look for model': [{ error: 'SageMaker.SageMakerException', cause: 'Could not find model' }],
      })
      expect(callsOf(result, 'Create model')).to.have.length(3)
      expect(failureOf(result)).to.deep.equal({ error: 'ModelRefused', cause: 'No such image' })
      expect(result.entered.slice(-4)).to.deep.equal(['Look for model', ...COMPENSATION])
    })

    it('is no failure when an attempt whose answer was lost has made it', async () => {
      const exists: Behaviour = { error: 'SageMaker.SageMakerException', cause: 'Cannot create already existing model' }
      const result = await run({ 'Create model': [{ error: 'States.Timeout' }, exists] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
      expect(firstCall(result, 'Look for model')).to.deep.equal({ ModelName: 'darkroom-dev-model-castles' })
      expect(result.entered.slice(-3)).to.deep.equal(['Look for model', 'Mark active', 'Model ready'])
    })

    it('is looked for at most three times', async () => {
      const result = await run({
        'Create model': [REFUSAL],
        'Look for model': [{ error: 'SageMaker.SdkClientException', cause: 'away' }],
      })
      expect(callsOf(result, 'Look for model')).to.have.length(3)
      expect(failureOf(result)).to.deep.equal({ error: 'SageMaker.SdkClientException', cause: 'away' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })

    it('names the quota and where to raise it', async () => {
      const cause = 'The account-level service limit is 0. (Service: SageMaker, Status Code: 400)'
      const result = await run({ 'Create model': [{ error: 'SageMaker.ResourceLimitExceededException', cause }] })
      expect(callsOf(result, 'Create model')).to.have.length(1)
      expect(failureOf(result)).to.include({ error: 'QuotaExceeded' })
      expect(failureOf(result))
        .to.have.property('cause')
        .that.contains('limit is 0. Delete')
        .and.contains('servicequotas')
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  })

  describe('after a failure', () => {
    const failing: Script = { 'Write manifest': [{ error: 'VerificationFailed', cause: 'not as copied' }] }

    it('cleans up even if the status cannot be written', async () => {
      const result = await run({ ...failing, 'Mark failed': [{ error: 'DynamoDB.ThrottlingException' }] })
      expect(callsOf(result, 'Mark failed')).to.have.length(4)
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
      expect(failureOf(result)).to.deep.equal({ error: 'VerificationFailed', cause: 'not as copied' })
    })

    it('ends with the first failure when cleaning up fails as well', async () => {
      const result = await run({ ...failing, 'Clean up model': [{ error: 'TransientError' }] })
      expect(callsOf(result, 'Clean up model')).to.have.length(4)
      expect(failureOf(result)).to.deep.equal({ error: 'VerificationFailed', cause: 'not as copied' })
      const permanent = await run({ ...failing, 'Clean up model': [{ error: 'Denied' }] })
      expect(callsOf(permanent, 'Clean up model')).to.have.length(1)
      expect(failureOf(permanent)).to.deep.equal({ error: 'VerificationFailed', cause: 'not as copied' })
    })

    it('does not overwrite what is active', async () => {
      const update = firstCall(await run(failing), 'Mark failed')
      expect(update.ConditionExpression).to.equal('#status IN (:creating, :failed)')
    })
  })

  it('takes a part that failed again alone', async () => {
    const result = await run({
      'Copy artifact': [
        reply({ file: 0, part: 1, etag: 'a' }),
        { error: 'TransientError' },
        reply({ file: 1, etag: 'c' }),
        reply({ file: 0, part: 2, etag: 'b' }),
      ],
    })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(callsOf(result, 'Copy artifact')).to.have.length(4)
  })

  it('is reached everywhere by these tests', async () => {
    const runs = await Promise.all([
      run(),
      runTarball(),
      run({ 'Create model': [REFUSAL], 'Look for model': [REFUSAL] }),
    ])
    const entered = new Set(runs.flatMap((result) => result.entered))
    const { States } = machine as { States: Record<string, { ItemProcessor?: { States: object } }> }
    const all = Object.entries(States).flatMap(([name, { ItemProcessor }]) => [
      name,
      ...Object.keys(ItemProcessor?.States ?? {}),
    ])
    expect([...entered].sort()).to.deep.equal(all.sort())
  })
})
