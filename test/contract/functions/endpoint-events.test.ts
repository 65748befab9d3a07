import '../../support/product-environment.ts'
import { SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { autoScaling } from '../../../functions/shared/aws/auto-scaling.ts'
import { cloudwatch } from '../../../functions/shared/aws/cloudwatch.ts'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { sagemaker } from '../../../functions/shared/aws/sagemaker.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { systemClock } from '../../../functions/shared/clock.ts'
import { takeEndpointClaim } from '../../../functions/shared/endpoints/endpoint-claims.ts'
import { deleteOnceMore, unmakeEndpoint } from '../../../functions/shared/endpoints/unmake-endpoint.ts'
import { handler as onEvent } from '../../../functions/subscribers/endpoint-state/handler.ts'
import { deleteIdleEndpoints } from '../../../functions/subscribers/idle-endpoints/delete-idle-endpoints.ts'
import { handler as awaitEndpoint } from '../../../functions/tasks/await-endpoint/handler.ts'
import { handler as recordEndpoint } from '../../../functions/tasks/record-endpoint/handler.ts'
import { handler as releaseEndpoint } from '../../../functions/tasks/release-endpoint/handler.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: items are looked into field by field
type Json = Record<string, any>

const TABLE = 'Endpoints'
const NAME = 'darkroom-test-async-x'
const NOT_THERE = Object.assign(new Error(`Could not find endpoint "${NAME}".`), { name: 'ValidationException' })
const unmaking = { endpointsTable: TABLE, deleteMachineArn: 'arn:aws:states:us-east-1:0:stateMachine:delete' }

const request = {
  name: NAME,
  modelName: NAME,
  configName: NAME,
  endpointType: 'Async' as const,
  backend: 'pocket' as const,
  instanceType: 'ml.g5.2xlarge',
  instanceCount: 1,
  autoscaling: true,
  minInstances: 0,
  maxInstances: 2,
  roles: ['artists', 'writers'],
  container: { Image: 'darkroom/pocket', Environment: {} },
  maxConcurrency: 1,
  scaleInCooldown: 180,
}
const event = (id: string, more: Json = {}) => ({
  id,
  requestedBy: 'admin',
  executionArn: `arn:execution:${id}`,
  startedAt: '2026-03-02T10:15:00.000Z',
  request: { ...request, ...more },
})

describe('What follows an endpoint, on real tables', () => {
  let library: LibraryFixture
  let toStates: sinon.SinonStub
  let toSageMaker: sinon.SinonStub
  let toScaling: sinon.SinonStub
  let toAlarms: sinon.SinonStub

  before(async () => {
    library = await startLibrary()
  })
  after(() => library.stop())
  beforeEach(() => {
    toStates = sinon.stub(states, 'send').resolves({})
    toSageMaker = sinon.stub(sagemaker, 'send')
    toScaling = sinon.stub(autoScaling, 'send').callsFake(async () => ({ PolicyARN: 'arn:policy' }))
    toAlarms = sinon.stub(cloudwatch, 'send').callsFake(async () => ({}))
    says('InService')
  })
  afterEach(async () => {
    sinon.restore()
    for (const { id } of await library.items(TABLE)) {
      await dynamodb.send(new DeleteCommand({ TableName: TABLE, Key: { id: (id as { S: string }).S } }))
    }
  })

  const says = (EndpointStatus: string, more: Json = {}) =>
    toSageMaker.resolves({
      EndpointStatus,
      EndpointConfigName: NAME,
      ProductionVariants: [{ CurrentInstanceCount: 2 }],
      ...more,
    })
  const put = (Item: Json) => dynamodb.send(new PutCommand({ TableName: TABLE, Item }))
  const get = async (id: string) =>
    (await dynamodb.send(new GetCommand({ TableName: TABLE, Key: { id }, ConsistentRead: true }))).Item as Json
  const commands = (type: unknown): Json[] =>
    toStates
      .getCalls()
      .map(({ args }) => args[0])
      .filter((command) => command instanceof (type as never))
      .map(({ input }) => input)
  const tokens = () => commands(SendTaskSuccessCommand)
  const started = (): Json[] =>
    commands(StartExecutionCommand).map((input) => ({ ...input, input: JSON.parse(input.input) }))
  /** A recorded endpoint with its claims, then changed. */
  const make = async (more: Json = {}, id = 'e') => {
    await recordEndpoint(event(id))
    await put({ ...(await get(id)), ...more })
  }
  const failure = async (work: Promise<unknown>): Promise<Error> => {
    try {
      await work
    } catch (error) {
      return error as Error
    }
    throw new Error('it did not fail')
  }
  const tell = () => onEvent({ detail: { EndpointName: NAME } })

  describe('Record endpoint', () => {
    it('writes the record and takes name and roles; a second attempt changes nothing', async () => {
      await recordEndpoint(event('e'))
      await recordEndpoint(event('e'))
      expect(await get('e')).to.include({
        status: 'Creating',
        name: NAME,
        createdBy: 'admin',
        imageUri: 'darkroom/pocket',
      })
      for (const claim of [`endpoint/${NAME}`, 'role/artists', 'role/writers']) {
        expect(await get(claim)).to.include({ id: claim, endpointId: 'e' })
      }
    })

    it('takes nothing at all when one role has an endpoint, and ends the record', async () => {
      await takeEndpointClaim({ endpointsTable: TABLE, clock: systemClock }, 'role/writers', 'other')
      const { name, message } = await failure(recordEndpoint(event('e')))
      expect([name, message]).to.deep.equal([
        'RoleTaken',
        'role [writers] has a valid endpoint already, not allow to have another one',
      ])
      expect(await get('e')).to.deep.include({ status: 'Failed', reason: { error: 'RoleTaken', cause: message } })
      expect((await get('e')).goneAt).to.be.a('string')
      expect([await get(`endpoint/${NAME}`), await get('role/artists')]).to.deep.equal([undefined, undefined])
      expect(await get('role/writers')).to.include({ endpointId: 'other' })
    })

    it('lets one of many win a role that all want at once', async () => {
      const ids = ['a', 'b', 'c', 'd', 'f']
      const results = await Promise.allSettled(ids.map((id) => recordEndpoint(event(id, { name: `${NAME}-${id}` }))))
      expect(results.filter(({ status }) => status === 'fulfilled').length).to.be.at.most(1)
      const holders = new Set([await get('role/artists'), await get('role/writers')].map((claim) => claim?.endpointId))
      const winner = ids.find((_, index) => results[index]?.status === 'fulfilled')
      if (winner) expect([...holders]).to.deep.equal([winner])
    })

    it('refuses an id of another execution, and one whose execution has ended', async () => {
      await put({ id: 'e', executionArn: 'other', status: 'Creating' })
      expect((await failure(recordEndpoint(event('e')))).name).to.equal('DuplicateId')
      await put({ id: 'e', executionArn: 'arn:execution:e', status: 'Failed' })
      expect((await failure(recordEndpoint(event('e')))).name).to.equal('DuplicateId')
      expect(await get('role/artists')).to.equal(undefined)
    })

    it('gives back only what the endpoint itself holds, and only when nothing of it is left', async () => {
      await make()
      await put({ id: 'role/writers', endpointId: 'other' })
      await releaseEndpoint({ endpointId: 'e' })
      expect(await get('role/artists')).to.include({ endpointId: 'e' })
      await put({ ...(await get('e')), goneAt: 'x' })
      await releaseEndpoint({ endpointId: 'e' })
      expect(await get('role/artists')).to.equal(undefined)
      expect(await get(`endpoint/${NAME}`)).to.equal(undefined)
      expect(await get('role/writers')).to.include({ endpointId: 'other' })
    })
  })

  describe('the wait', () => {
    const wait = (awaited: 'in service' | 'gone') =>
      awaitEndpoint({ endpointId: 'e', name: NAME, awaited, taskToken: 'token-1' })

    it('keeps the token while SageMaker works', async () => {
      await make()
      says('Creating')
      await wait('in service')
      expect(await get('e')).to.include({ taskToken: 'token-1' })
      expect(tokens()).to.deep.equal([])
    })

    it('gives the token back at once when the event came before it', async () => {
      await make()
      await wait('in service')
      expect(tokens()).to.deep.equal([
        { taskToken: 'token-1', output: JSON.stringify({ status: 'InService', reason: '', instances: 2 }) },
      ])
    })

    it('ends for every status that is no work, each its own way for creation and deletion', async () => {
      await make()
      const over: string[] = []
      for (const awaited of ['in service', 'gone'] as const) {
        for (const status of ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting', 'Failed', 'Odd']) {
          toStates.resetHistory()
          says(status)
          await wait(awaited)
          if (tokens().length > 0) over.push(`${awaited}: ${status}`)
        }
      }
      expect(over).to.deep.equal([
        'in service: RollingBack',
        'in service: Deleting',
        'in service: Failed',
        'in service: Odd',
        'gone: Failed',
        'gone: Odd',
      ])
      toSageMaker.rejects(NOT_THERE)
      toStates.resetHistory()
      await wait('gone')
      expect(JSON.parse(tokens()[0]?.output)).to.include({ status: 'Gone' })
    })

    it('takes a spent token for given back, and fails for a record that is gone', async () => {
      await make()
      toStates.rejects(Object.assign(new Error('spent'), { name: 'TaskTimedOut' }))
      await wait('in service')
      toStates.rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))
      expect((await failure(wait('in service'))).message).to.equal('no')
      await dynamodb.send(new DeleteCommand({ TableName: TABLE, Key: { id: 'e' } }))
      expect((await failure(wait('in service'))).name).to.equal('EndpointNotFound')
    })
  })

  describe('an event', () => {
    it('gives the token back to the deployment, twice if it comes twice, and changes nothing on the record', async () => {
      await make({ taskToken: 't' })
      const before = await get('e')
      await Promise.all([tell(), tell()])
      expect(tokens().map(({ taskToken }) => taskToken)).to.deep.equal(['t', 't'])
      expect(await get('e')).to.deep.equal(before)
    })

    it('says nothing to a deployment while the endpoint is being created', async () => {
      await make({ taskToken: 't' })
      says('Creating')
      await tell()
      await make({}, 'e')
      says('InService')
      await tell()
      expect(tokens()).to.deep.equal([])
    })

    it('gives the token back to a deletion when the endpoint is gone', async () => {
      await make({ status: 'Deleting', deletionId: 'd', taskToken: 't' })
      says('Deleting')
      await tell()
      expect(tokens()).to.deep.equal([])
      toSageMaker.rejects(NOT_THERE)
      await tell()
      expect(JSON.parse(tokens()[0]?.output)).to.include({ status: 'Gone' })
    })

    it('shows on the record what SageMaker says now, whatever the event said', async () => {
      await make({ status: 'InService' })
      says('Updating')
      await tell()
      expect(await get('e')).to.include({ status: 'Updating', currentInstanceCount: 2 })
      says('Failed', { FailureReason: 'the host died' })
      await tell()
      expect(await get('e')).to.deep.include({
        status: 'Failed',
        reason: { error: 'EndpointFailed', cause: 'the host died' },
      })
      const { updatedAt } = await get('e')
      await tell()
      expect(await get('e')).to.include({ updatedAt })
    })

    it('leaves a status that nobody knows off the record', async () => {
      await make({ status: 'InService' })
      says('Sleeping')
      await tell()
      expect(await get('e')).to.include({ status: 'InService' })
    })

    it('closes a change of instances, and deletes the configuration from before', async () => {
      const pending = { configName: 'next', instanceType: 'ml.g5.4xlarge', instanceCount: 2 }
      await make({ status: 'Updating', pending })
      says('InService', { EndpointConfigName: 'next' })
      await tell()
      expect(await get('e'))
        .to.include({ status: 'InService', ...pending })
        .and.not.to.have.property('pending')
      expect(toSageMaker.lastCall.args[0].input).to.deep.equal({ EndpointConfigName: NAME })
    })

    it('takes a change back that SageMaker has rolled back, with the reason', async () => {
      await make({ status: 'Updating', pending: { configName: 'next', instanceType: 'x', instanceCount: 2 } })
      says('InService', { FailureReason: 'no such hardware' })
      await tell()
      expect(await get('e'))
        .to.deep.include({ status: 'InService', instanceType: 'ml.g5.2xlarge' })
        .and.deep.include({ reason: { error: 'EndpointRolledBack', cause: 'no such hardware' } })
      expect(toSageMaker.lastCall.args[0].input).to.deep.equal({ EndpointConfigName: 'next' })
    })

    describe('that closes a change of an endpoint which scales by itself', () => {
      const pending = {
        configName: 'next',
        instanceType: 'ml.g5.4xlarge',
        instanceCount: 2,
        minInstances: 1,
        maxInstances: 4,
        scaling: { scaleInCooldown: 900 },
      }
      const scaled = (): string[] =>
        [toScaling, toAlarms].flatMap((stub) => stub.getCalls().map(({ args }) => args[0].constructor.name))
      const ALL = [
        'RegisterScalableTargetCommand',
        'PutScalingPolicyCommand',
        'PutScalingPolicyCommand',
        'PutMetricAlarmCommand',
      ]
      const target = () => toScaling.firstCall.args[0].input

      it('lets it scale again, between the new bounds', async () => {
        await make({ status: 'Updating', pending })
        says('InService', { EndpointConfigName: 'next' })
        await tell()
        expect(scaled()).to.deep.equal(ALL)
        expect(target()).to.include({ MinCapacity: 1, MaxCapacity: 4 })
        const { TargetTrackingScalingPolicyConfiguration: tracking } = toScaling.secondCall.args[0].input
        expect(tracking).to.include({ ScaleInCooldown: 900, TargetValue: 3 })
        expect(toAlarms.lastCall.args[0].input.AlarmActions).to.deep.equal(['arn:policy'])
        expect(await get('e'))
          .to.include({ status: 'InService', instanceType: 'ml.g5.4xlarge', minInstances: 1, maxInstances: 4 })
          .and.not.to.have.any.keys('pending', 'scaling')
        await tell()
        expect(scaled()).to.deep.equal(ALL)
      })

      it('lets it scale again between the old ones when it was rolled back', async () => {
        await make({ status: 'Updating', pending })
        await tell()
        expect(scaled()).to.deep.equal(ALL)
        expect(target()).to.include({ MinCapacity: 0, MaxCapacity: 2 })
        expect(await get('e')).to.include({ status: 'InService', minInstances: 0, maxInstances: 2 })
      })

      it('does it once more when it had failed half-way', async () => {
        await make({ status: 'Updating', pending })
        says('InService', { EndpointConfigName: 'next' })
        toAlarms.onFirstCall().rejects(Object.assign(new Error('slow down'), { name: 'Throttling' }))
        expect((await failure(tell())).name).to.equal('TransientError')
        expect(await get('e')).to.deep.include({ status: 'Updating', pending })
        await tell()
        expect(scaled().filter((command) => command === 'RegisterScalableTargetCommand')).to.have.lengthOf(2)
        expect(await get('e')).not.to.have.property('pending')
      })

      it('lets nothing scale that somebody began to delete meanwhile', async () => {
        await make({ status: 'Updating', pending })
        says('InService', { EndpointConfigName: 'next' })
        toAlarms.onFirstCall().callsFake(async () => put({ ...(await get('e')), status: 'Deleting' }))
        await tell()
        expect(toScaling.lastCall.args[0].constructor.name).to.equal('DeregisterScalableTargetCommand')
        expect(toAlarms.lastCall.args[0].input).to.deep.equal({
          AlarmNames: [`${NAME}-HasBacklogWithoutCapacity-Alarm`],
        })
        expect(await get('e')).to.include({ status: 'Deleting' })
      })

      it('does nothing while SageMaker is still at it', async () => {
        await make({ status: 'Updating', pending })
        says('Updating')
        await tell()
        expect(scaled()).to.deep.equal([])
      })
    })

    it('has the rest deleted of an endpoint that somebody deleted at SageMaker, once for many events', async () => {
      await make({ status: 'InService' })
      toSageMaker.rejects(NOT_THERE)
      await tell()
      await tell()
      expect(new Set(started().map(({ name }) => name))).to.deep.equal(new Set(['e-gone']))
      expect(started()[0]?.input.request).to.include({ endpointId: 'e', why: 'somebody deleted it at SageMaker' })
    })

    it('is none of ours for an endpoint that nobody knows, or that is gone', async () => {
      await tell()
      await make({ status: 'Failed', goneAt: 'x' })
      await tell()
      expect(started()).to.deep.equal([])
      expect(await get('e')).to.include({ status: 'Failed' })
    })
  })

  describe('an idle endpoint', () => {
    const clock = { now: () => Date.parse('2026-03-02T20:00:00.000Z') }
    const context = { endpointsTable: TABLE, deleteMachineArn: unmaking.deleteMachineArn, clock }

    it('is deleted after its idle time, and only then', async () => {
      const inServiceAt = '2026-03-02T16:00:00.000Z'
      const rows: Json[] = [
        { id: 'idle', idleHours: 4, inServiceAt },
        { id: 'used', idleHours: 4, inServiceAt, lastUsedAt: '2026-03-02T16:00:00.001Z' },
        { id: 'long', idleHours: 5, inServiceAt },
        { id: 'ever', inServiceAt },
        { id: 'busy', idleHours: 1, inServiceAt, status: 'Updating' },
      ]
      for (const row of rows) {
        await put({
          list: 'endpoints',
          createdAt: 'x',
          updatedAt: 'x',
          status: 'InService',
          name: `n-${row.id}`,
          createdBy: 'anna',
          ...row,
        })
      }
      expect(await deleteIdleEndpoints(context)).to.deep.equal(['n-idle'])
      expect(await get('idle')).to.include({ status: 'Deleting' })
      expect(started()[0]?.input).to.deep.include({
        requestedBy: 'anna',
        request: { endpointId: 'idle', name: 'n-idle', why: 'unused for 4 hours' },
      })
      expect(await deleteIdleEndpoints(context)).to.deep.equal([])
    })
  })

  describe('what a stopped execution has left', () => {
    const unmake = () => unmakeEndpoint(unmaking, { endpointId: 'e', requestedBy: 'admin' })

    it('is unmade by a deletion of one name, however often it is asked for', async () => {
      await make({ status: 'Failed', deletionId: 'e-unmake-0' })
      await unmake()
      toStates.rejects(Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' }))
      await unmake()
      expect(started().map(({ name }) => name)).to.deep.equal(['e-unmake-again', 'e-unmake-again'])
      expect(started()[0]?.input.request).to.deep.equal({
        endpointId: 'e',
        name: NAME,
        unmakes: true,
        settleSeconds: 5,
        replaces: 'e-unmake-0',
      })
    })

    it('is nobody’s business when somebody deletes the endpoint, or nothing is left but the claims', async () => {
      await make({ status: 'Deleting' })
      await unmake()
      expect(await get('role/artists')).to.include({ endpointId: 'e' })
      await put({ ...(await get('e')), status: 'Failed', goneAt: 'x' })
      await unmake()
      expect(await get('role/artists')).to.equal(undefined)
      expect(started()).to.deep.equal([])
    })

    it('is deleted once more when the deletion was stopped, until the name is too long', async () => {
      await make({ status: 'Deleting', deletionId: 'd' })
      await put({ id: 'd', list: 'deletions', endpointId: 'e', name: NAME, requestedBy: 'admin', why: 'idle' })
      await deleteOnceMore(unmaking, 'd')
      expect(started()[0]).to.include({ name: 'd-again' })
      expect(started()[0]?.input.request).to.deep.include({ replaces: 'd', why: 'idle', endpointId: 'e' })
      const long = 'd'.repeat(75)
      await put({ id: long, list: 'deletions', endpointId: 'e', name: NAME, requestedBy: 'admin' })
      await deleteOnceMore(unmaking, long)
      expect(started()).to.have.lengthOf(1)
    })
  })
})
