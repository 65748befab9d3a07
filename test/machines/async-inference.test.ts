import { expect } from 'chai'
import type { Json } from '../../local/interpreter/contract.ts'
import { type Behaviour, type Run, readShippedMachine, runScripted, type Script } from '../support/shipped-machine.ts'

const machine = readShippedMachine('async-inference')

const input = { id: 'my-inference', requestedBy: 'admin', request: { taskType: 'txt2img' } }
const request = {
  bucket: 'bucket',
  key: 'inference_input/my-inference.json',
  contentType: 'application/json',
  accept: 'application/json',
}
const location = 's3://bucket/sagemaker_output/x.out'
const payload = (value: Json): Behaviour => ({ output: { Payload: value } })
const prepared = (inferenceType: string): Behaviour =>
  payload({ inferenceType, endpointName: 'darkroom-dev-async-x', request })

/** Every task of an asynchronous endpoint's way succeeds. */
const success: Script = {
  'Prepare request': [prepared('Async')],
  'Invoke endpoint': [{ output: { outputLocation: location } }],
  'Collect images': [payload({ imageNames: ['image_0.png', 'image_1.png'] })],
}

const realTime: Script = {
  'Prepare request': [prepared('Real-time')],
  'Invoke at once': [payload({ outputLocation: location })],
}

/** No notification comes within the heartbeat; what is found then decides. */
const unheard = (...findings: Json[]): Script => ({
  'Invoke endpoint': ['silent'],
  'Look for output': findings.map(payload),
})

const run = (changes: Script = {}): Promise<Run> => runScripted(machine, input, { ...success, ...changes })
const callsOf = ({ calls }: Run, state: string) => calls.get(state) ?? []
const firstCall = (result: Run, state: string): Record<string, unknown> => callsOf(result, state)[0] ?? {}

const HAPPY_PATH = [
  'Claim inference',
  'Prepare request',
  'Real time endpoint?',
  'Invoke endpoint',
  'Collect images',
  'Mark succeeded',
  'Inference succeeded',
]

const COMPENSATION = ['Clean up inference', 'Mark failed', 'Inference failed']

/** Tasks whose failure fails the inference, how to get there, and an error that their Retry names. */
const GUARDED: [state: string, way: Script, transient: string][] = [
  ['Claim inference', {}, 'DynamoDB.ThrottlingException'],
  ['Prepare request', {}, 'TransientError'],
  ['Invoke endpoint', {}, 'Lambda.TooManyRequestsException'],
  ['Look for output', unheard({ found: true, outputLocation: location }), 'Sandbox.Timedout'],
  ['Invoke at once', realTime, 'Lambda.Unknown'],
  ['Collect images', {}, 'Runtime.ExitError'],
  ['Mark succeeded', {}, 'DynamoDB.InternalServerErrorException'],
]

const ATTEMPTS = 4

describe('async-inference', () => {
  it('passes every state of the way to success once', async () => {
    const result = await run()
    expect(result.entered).to.deep.equal(HAPPY_PATH)
    expect(result.outcome).to.include({ status: 'SUCCEEDED' })
  })

  it('claims the inference for this execution before anything else, and only when it is created', async () => {
    const call = firstCall(await run(), 'Claim inference')
    expect(call.Key).to.deep.equal({ id: { S: 'my-inference' } })
    expect(call.ConditionExpression).to.contain('#status = :created').and.to.contain('executionArn = :execution')
    expect(call).to.have.nested.property('ExpressionAttributeValues.:execution.S').that.contains(':execution:')
  })

  it('gives the invocation the token, the endpoint and the request, and the collection the output', async () => {
    const result = await run()
    const { Payload } = firstCall(result, 'Invoke endpoint') as { Payload: Record<string, unknown> }
    expect(Payload).to.include({ id: 'my-inference', endpointName: 'darkroom-dev-async-x' })
    expect(Payload.request).to.deep.equal(request)
    expect(Payload.taskToken).to.be.a('string').with.length.above(0)
    expect(firstCall(result, 'Collect images').Payload).to.deep.equal({ id: 'my-inference', outputLocation: location })
  })

  it('keeps the names of the images on the record, also of a single one', async () => {
    const names = async (changes: Script) =>
      (firstCall(await run(changes), 'Mark succeeded').ExpressionAttributeValues as Record<string, unknown>)[':names']
    expect(await names({})).to.deep.equal({ L: [{ S: 'image_0.png' }, { S: 'image_1.png' }] })
    const one = await names({ 'Collect images': [payload({ imageNames: ['image.png'] })] })
    expect(one).to.deep.equal({ L: [{ S: 'image.png' }] })
  })

  it('asks a real-time endpoint at once and waits for no token', async () => {
    const result = await run(realTime)
    expect(result.entered).to.deep.equal(HAPPY_PATH.with(3, 'Invoke at once'))
    expect(result.outcome?.status).to.equal('SUCCEEDED')
  })

  it('collects what it finds when the notification was lost', async () => {
    const found = 's3://bucket/sagemaker_output/found.out'
    const result = await run(unheard({ found: true, outputLocation: found }))
    expect(result.entered).to.include.members(['Look for output', 'Output there?'])
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(firstCall(result, 'Collect images').Payload).to.include({ outputLocation: found })
    expect(firstCall(result, 'Mark succeeded'))
      .to.have.nested.property('ExpressionAttributeValues.:output.S')
      .equal(found)
  })

  it('waits on with a new token while nothing is there', async () => {
    const result = await run(unheard({ found: false }, { found: false }, { found: true, outputLocation: location }))
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    const tokens = callsOf(result, 'Invoke endpoint').map(({ Payload }) => (Payload as { taskToken: string }).taskToken)
    expect(tokens).to.have.length(3)
    expect(new Set(tokens).size).to.equal(3)
  })

  it('takes the notification that comes during a later wait', async () => {
    const result = await run({
      'Invoke endpoint': ['silent', { output: { outputLocation: location } }],
      'Look for output': [payload({ found: false })],
    })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(callsOf(result, 'Look for output')).to.have.length(1)
  })

  it('ends by the time of the machine when nothing ever comes and nobody gives up', async () => {
    const result = await run(unheard({ found: false }))
    expect(result.outcome?.status).to.equal('TIMED_OUT')
  })

  it('gives up with the reason that looking finds', async () => {
    const cause = JSON.stringify({ errorType: 'InferenceTimedOut', errorMessage: 'no result within three hours' })
    const result = await run({
      'Invoke endpoint': ['silent'],
      'Look for output': [{ error: 'InferenceTimedOut', cause }],
    })
    expect(result.outcome).to.include({ error: 'InferenceTimedOut', cause: 'no result within three hours' })
    expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
  })

  for (const [state, way, transient] of GUARDED) {
    const good = { ...success, ...way }[state] ?? [{ output: {} }]

    it(`goes on when "${state}" succeeds after ${transient}`, async () => {
      const result = await run({ ...way, [state]: [{ error: transient }, ...good] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
      expect(callsOf(result, state)).to.have.length(2)
    })

    it(`gives up, cleans up and fails when "${state}" keeps failing with ${transient}`, async () => {
      const result = await run({ ...way, [state]: [{ error: transient, cause: 'again' }] })
      expect(result.outcome).to.include({ status: 'FAILED', error: transient, cause: 'again' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
      expect(callsOf(result, state)).to.have.length(ATTEMPTS)
    })

    it(`does not try "${state}" again after a permanent error, and keeps its reason on the record`, async () => {
      const cause = JSON.stringify({ errorType: 'OutOfMemory', errorMessage: 'CUDA out of memory' })
      const result = await run({ ...way, [state]: [{ error: 'OutOfMemory', cause }] })
      expect(result.outcome).to.include({ status: 'FAILED', error: 'OutOfMemory', cause: 'CUDA out of memory' })
      expect(callsOf(result, state)).to.have.length(1)
      const values = firstCall(result, 'Mark failed').ExpressionAttributeValues as Record<string, unknown>
      const reason = { M: { error: { S: 'OutOfMemory' }, cause: { S: 'CUDA out of memory' } } }
      expect(values[':reason']).to.deep.equal(reason)
      expect(values[':raw']).to.deep.equal({ S: 'OutOfMemory: CUDA out of memory' })
    })
  }

  for (const [state, way] of GUARDED.filter(([name]) => name !== 'Invoke endpoint')) {
    it(`fails by its time-out when "${state}" never answers`, async () => {
      const result = await run({ ...way, [state]: ['silent'] })
      expect(result.outcome).to.include({ status: 'FAILED', error: 'States.Timeout' })
      expect(result.entered.slice(-3)).to.deep.equal(COMPENSATION)
    })
  }

  it('takes a failure of the container, told through the token, as permanent', async () => {
    const result = await run({
      'Invoke endpoint': [{ error: 'ModelNotFound', cause: 'castle.safetensors is not there' }],
    })
    expect(result.outcome).to.include({ error: 'ModelNotFound', cause: 'castle.safetensors is not there' })
    expect(callsOf(result, 'Invoke endpoint')).to.have.length(1)
  })

  it('refuses an inference that another execution has, and touches nothing of it', async () => {
    const result = await run({ 'Claim inference': [{ error: 'DynamoDB.ConditionalCheckFailedException' }] })
    expect(result.entered).to.deep.equal(['Claim inference', 'Inference refused'])
    expect(result.outcome).to.include({ status: 'FAILED', error: 'AlreadyStarted' })
  })

  it('marks the inference failed although the clean-up failed', async () => {
    const result = await run({
      'Prepare request': [{ error: 'EndpointNotInService', cause: 'gone' }],
      'Clean up inference': [{ error: 'TransientError' }],
    })
    expect(callsOf(result, 'Clean up inference')).to.have.length(ATTEMPTS)
    expect(result.entered.slice(-2)).to.deep.equal(['Mark failed', 'Inference failed'])
    expect(result.outcome).to.include({ error: 'EndpointNotInService', cause: 'gone' })
  })

  it('fails with the first reason although the record could not be marked', async () => {
    const result = await run({
      'Prepare request': [{ error: 'EndpointNotInService', cause: 'gone' }],
      'Mark failed': [{ error: 'DynamoDB.ConditionalCheckFailedException' }],
    })
    expect(result.outcome).to.include({ status: 'FAILED', error: 'EndpointNotInService', cause: 'gone' })
  })
})
