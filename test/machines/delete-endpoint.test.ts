import { expect } from 'chai'
import type { Json } from '../../local/interpreter/contract.ts'
import { type Behaviour, type Run, readShippedMachine, runScripted, type Script } from '../support/shipped-machine.ts'

const machine = readShippedMachine('delete-endpoint')

const name = 'darkroom-dev-async-test'
const inputWith = (request: object = {}): Json =>
  ({ id: 'my-deletion', requestedBy: 'admin', request: { endpointId: 'my-endpoint', name, ...request } }) as Json

const record = {
  id: { S: 'my-endpoint' },
  name: { S: name },
  modelName: { S: 'the-model' },
  configName: { S: 'the-config' },
}
const marked = (more: object = {}): Behaviour => ({ output: { Attributes: { ...record, ...more } } as Json })
const seen = (status: string): Behaviour => ({ output: { status, reason: '', instances: 0 } })
const refused = (cause: string): Behaviour => ({ error: 'SageMaker.SageMakerException', cause })
const NOT_THERE = refused('Could not find it. (Service: SageMaker, Status Code: 400)')

const success: Script = { 'Mark deleting': [marked()], 'Wait until gone': [seen('Gone')] }
const run = (changes: Script = {}, input: Json = inputWith()): Promise<Run> =>
  runScripted(machine, input, { ...success, ...changes })

const callsOf = ({ calls }: Run, state: string) => calls.get(state) ?? []
const firstCall = (result: Run, state: string): Record<string, unknown> => callsOf(result, state)[0] ?? {}
const failureOf = ({ outcome }: Run) =>
  outcome?.status === 'FAILED' ? { error: outcome.error, cause: outcome.cause } : outcome

const FIRST = [
  'Mark deleting',
  'Record deletion',
  'Let calls land',
  'Deregister scaling',
  'Delete alarm',
  'Delete endpoint',
]
const LAST = ['Mark deleted', 'Release name and roles', 'Close deletion', 'Endpoint deleted']
const HAPPY_PATH = [
  ...FIRST,
  'Wait until gone',
  'Endpoint gone?',
  'Delete endpoint config',
  'Everything deleted?',
  'Delete model',
  'Everything deleted?',
  ...LAST,
]

const GUARDED: [string, string][] = [
  ['Mark deleting', 'DynamoDB.ThrottlingException'],
  ['Record deletion', 'DynamoDB.InternalServerErrorException'],
  ['Deregister scaling', 'ApplicationAutoScaling.ConcurrentUpdateException'],
  ['Delete alarm', 'CloudWatch.CloudWatchException'],
  ['Delete endpoint', 'SageMaker.SdkClientException'],
  ['Wait until gone', 'TransientError'],
  ['Delete endpoint config', 'SageMaker.SdkClientException'],
  ['Delete model', 'SageMaker.SdkClientException'],
  ['Mark deleted', 'DynamoDB.RequestLimitExceededException'],
  ['Release name and roles', 'TransientError'],
  ['Close deletion', 'DynamoDB.SdkClientException'],
]

const ATTEMPTS = 4

describe('delete-endpoint', () => {
  it('passes every state of the way to success once', async () => {
    const result = await run()
    expect(result.entered).to.deep.equal(HAPPY_PATH)
    expect(result.outcome?.status).to.equal('SUCCEEDED')
  })

  it('deletes by the names on the record, and gives name and roles back', async () => {
    const result = await run()
    expect(firstCall(result, 'Deregister scaling')).to.include({ ResourceId: `endpoint/${name}/variant/prod` })
    expect(firstCall(result, 'Delete alarm')).to.deep.equal({ AlarmNames: [`${name}-HasBacklogWithoutCapacity-Alarm`] })
    expect(firstCall(result, 'Delete endpoint')).to.deep.equal({ EndpointName: name })
    expect(firstCall(result, 'Delete endpoint config')).to.deep.equal({ EndpointConfigName: 'the-config' })
    expect(firstCall(result, 'Delete model')).to.deep.equal({ ModelName: 'the-model' })
    expect(firstCall(result, 'Release name and roles').Payload).to.deep.equal({ endpointId: 'my-endpoint' })
  })

  it('writes a record of its own, with the reason where nobody asked', async () => {
    const { Item } = firstCall(await run({}, inputWith({ why: 'unused for 4 hours' })), 'Record deletion') as {
      Item: Record<string, unknown>
    }
    expect(Item).to.deep.include({
      id: { S: 'my-deletion' },
      list: { S: 'deletions' },
      endpointId: { S: 'my-endpoint' },
      why: { S: 'unused for 4 hours' },
      unmakes: { BOOL: false },
    })
    expect(firstCall(await run(), 'Record deletion').Item).not.to.have.property('why')
  })

  it('leaves a failed deployment failed, and to a deletion that somebody has asked for', async () => {
    const result = await run({}, inputWith({ unmakes: true }))
    for (const state of ['Mark deleting', 'Mark deleted']) {
      expect(firstCall(result, state)).to.have.nested.property('ExpressionAttributeValues.:status.S', 'Failed')
    }
    expect(firstCall(result, 'Mark deleting').ConditionExpression).to.contain('#status <> :deleting')
    const wanted = await run()
    expect(firstCall(wanted, 'Mark deleting').ConditionExpression).not.to.contain(':deleting')
    expect(firstCall(wanted, 'Mark deleted')).to.have.nested.property('ExpressionAttributeValues.:status.S', 'Deleted')
  })

  it('deletes nothing when another execution deletes the endpoint, or has deleted it', async () => {
    const result = await run({ 'Mark deleting': [{ error: 'DynamoDB.ConditionalCheckFailedException' }] })
    expect(result.entered).to.deep.equal(['Mark deleting', ...LAST.slice(1)])
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    const refused = { 'Close deletion': [{ error: 'DynamoDB.ConditionalCheckFailedException' }] }
    expect((await run(refused)).outcome?.status).to.equal('SUCCEEDED')
  })

  it('takes over only from the deletion that it replaces', async () => {
    const values = (result: Run) =>
      firstCall(result, 'Mark deleting').ExpressionAttributeValues as Record<string, { S: string }>
    expect(values(await run({}, inputWith({ replaces: 'old' })))[':replaced']).to.deep.equal({ S: 'old' })
    expect(values(await run())[':replaced']).to.deep.equal({ S: '-' })
  })

  it('waits first for the calls of a stopped deployment', async () => {
    const result = await run({}, inputWith({ settleSeconds: 5 }))
    expect(result.outcome?.status).to.equal('SUCCEEDED')
  })

  it('succeeds when nothing is there any more', async () => {
    const result = await run({
      'Deregister scaling': [{ error: 'ApplicationAutoScaling.ObjectNotFoundException' }],
      'Delete alarm': [{ error: 'CloudWatch.ResourceNotFoundException' }],
      'Delete endpoint': [NOT_THERE],
      'Delete endpoint config': [NOT_THERE],
      'Delete model': [NOT_THERE],
    })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(result.entered.slice(-4)).to.deep.equal(LAST)
  })

  it('waits for an endpoint that is being created, and deletes it then', async () => {
    const result = await run({
      'Delete endpoint': [refused('Cannot update in-progress endpoint'), { output: {} }],
      'Wait until gone': ['silent', seen('InService'), seen('Gone')],
    })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(callsOf(result, 'Delete endpoint')).to.have.length(2)
    expect(callsOf(result, 'Wait until gone').map(({ Payload }) => Payload)[0]).to.include({
      endpointId: 'my-endpoint',
      awaited: 'gone',
    })
  })

  it('also deletes the configuration of a change that was under way', async () => {
    const pending = { pending: { M: { configName: { S: 'the-next-config' } } } }
    const result = await run({ 'Mark deleting': [marked(pending)] })
    expect(callsOf(result, 'Delete endpoint config').map(({ EndpointConfigName }) => EndpointConfigName)).to.deep.equal(
      ['the-config', 'the-next-config'],
    )
    expect(result.outcome?.status).to.equal('SUCCEEDED')
  })

  it('gives up when the endpoint is not gone after sixty looks', async () => {
    const result = await run({ 'Wait until gone': ['silent'] })
    expect(failureOf(result)).to.include({ error: 'EndpointTooSlow' })
    expect(callsOf(result, 'Wait until gone')).to.have.length(60)
  })

  it('gives up when SageMaker refuses again and again, with its words', async () => {
    const result = await run({
      'Delete endpoint': [refused('Not allowed (Service: …)')],
      'Wait until gone': [seen('InService')],
    })
    expect(failureOf(result)).to.include({ error: 'EndpointTooSlow' })
    expect(failureOf(result)).to.have.property('cause').that.contains('Not allowed')
  })

  for (const state of ['Delete endpoint config', 'Delete model']) {
    it(`fails when SageMaker refuses "${state}" for another reason than that it is gone`, async () => {
      const result = await run({ [state]: [refused('User is not authorized (Service: SageMaker)')] })
      expect(failureOf(result)).to.deep.equal({ error: 'DeletionFailed', cause: 'User is not authorized' })
    })
  }

  for (const [state, transient] of GUARDED) {
    it(`goes on when "${state}" succeeds after ${transient}`, async () => {
      const result = await run({ [state]: [{ error: transient }, ...(success[state] ?? [{ output: {} }])] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
    })

    it(`gives up after ${ATTEMPTS} attempts when "${state}" keeps failing with ${transient}`, async () => {
      const result = await run({ [state]: [{ error: transient, cause: 'again' }] })
      expect(callsOf(result, state)).to.have.length(ATTEMPTS)
      expect(failureOf(result)).to.deep.equal({ error: 'DeletionFailed', cause: `${transient}: again` })
      expect(result.entered.at(-1)).to.equal('Deletion failed')
    })

    it(`does not try "${state}" again after a permanent error, and keeps its words`, async () => {
      const cause = JSON.stringify({ errorType: 'Denied', errorMessage: 'not for you' })
      const result = await run({ [state]: [{ error: 'Denied', cause }] })
      expect(callsOf(result, state)).to.have.length(1)
      expect(failureOf(result)).to.deep.equal({ error: 'DeletionFailed', cause: 'Denied: not for you' })
    })
  }

  for (const state of GUARDED.map(([task]) => task).filter((task) => task !== 'Wait until gone')) {
    it(`fails by its time-out when "${state}" never answers`, async () => {
      const result = await run({ [state]: ['silent'] })
      expect(failureOf(result)).to.include({ error: 'DeletionFailed' })
      expect(failureOf(result)).to.have.property('cause').that.contains('States.Timeout')
    })
  }
})
