import '../../support/product-environment.ts'
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../functions/api/endpoints/handler.ts'
import { autoScaling } from '../../../functions/shared/aws/auto-scaling.ts'
import { cloudwatch } from '../../../functions/shared/aws/cloudwatch.ts'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { sagemaker } from '../../../functions/shared/aws/sagemaker.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
type Json = Record<string, any>

const admin = { username: 'admin', roles: ['IT Operator'], permissions: ['sagemaker_endpoint:all'] }
const artist = { username: 'anna', roles: ['artists'], permissions: ['sagemaker_endpoint:list'] }
const absent = Object.assign(new Error('no such execution'), { name: 'ExecutionDoesNotExist' })
const TABLE = 'Endpoints'
const ScalingPolicies = [
  { PolicyName: 'darkroom-test-async-1-HasBacklogWithoutCapacity-ScalingPolicy' },
  {
    PolicyName: 'darkroom-test-async-1-Invocations-ScalingPolicy',
    TargetTrackingScalingPolicyConfiguration: { TargetValue: 3, ScaleInCooldown: 900 },
  },
]

const body = {
  endpoint_name: 'test',
  endpoint_type: 'Async',
  instance_type: 'ml.g5.2xlarge',
  initial_instance_count: 1,
  autoscaling_enabled: true,
  assign_to_roles: ['artists'],
  creator: 'whoever',
  custom_docker_image_uri: '',
  custom_extensions: '',
}

const record = (id: string, more: Json = {}): Json => ({
  id,
  list: 'endpoints',
  createdAt: `2026-03-02T10:15:00.${id.padStart(3, '0')}Z`,
  updatedAt: '2026-03-02T10:15:00.000Z',
  startedAt: '2026-03-02T10:15:00.000Z',
  name: `darkroom-test-async-${id}`,
  endpointType: 'Async',
  backend: 'pocket',
  instanceType: 'ml.g5.2xlarge',
  instanceCount: 1,
  currentInstanceCount: 1,
  autoscaling: true,
  minInstances: 0,
  maxInstances: 2,
  status: 'InService',
  roles: ['artists'],
  createdBy: 'admin',
  executionArn: `arn:execution:${id}`,
  modelName: `darkroom-test-async-${id}`,
  configName: `darkroom-test-async-${id}`,
  imageUri: 'darkroom/pocket',
  ...more,
})

describe('The endpoint routes on real tables', () => {
  let library: LibraryFixture
  let toStates: sinon.SinonStub
  let toSageMaker: sinon.SinonStub
  let toScaling: sinon.SinonStub
  let toAlarms: sinon.SinonStub

  before(async () => {
    library = await startLibrary()
    for (const role of ['artists', 'writers', 'painters'])
      await put('Accounts', { id: `role/${role}`, kind: 'role', permissions: [] })
    await put('Accounts', { id: 'user/anna', kind: 'user', roles: ['artists'] })
  })
  after(() => library.stop())
  beforeEach(() => {
    toStates = sinon.stub(states, 'send')
    toStates.callsFake(async (command: unknown) => {
      if (command instanceof StartExecutionCommand) return { executionArn: `arn:execution:${command.input.name}` }
      throw absent
    })
    toSageMaker = sinon.stub(sagemaker, 'send').resolves({ ProductionVariants: [{ VariantName: 'prod' }] })
    toScaling = sinon.stub(autoScaling, 'send').callsFake(async () => ({ ScalingPolicies, PolicyARN: 'arn:policy' }))
    toAlarms = sinon.stub(cloudwatch, 'send').callsFake(async () => ({}))
  })
  afterEach(async () => {
    sinon.restore()
    for (const { id } of await library.items(TABLE)) {
      await dynamodb.send(new DeleteCommand({ TableName: TABLE, Key: { id: (id as { S: string }).S } }))
    }
  })

  const put = (TableName: string, Item: Json) => dynamodb.send(new PutCommand({ TableName, Item }))
  const get = async (id: string) => (await dynamodb.send(new GetCommand({ TableName: TABLE, Key: { id } }))).Item
  const putLive = async (id: string, more: Json = {}) => {
    const item = record(id, more)
    await put(TABLE, item)
    await put(TABLE, { id: `endpoint/${item.name}`, endpointId: id })
    return item
  }
  const started = (): Json[] =>
    toStates
      .getCalls()
      .map(({ args }) => args[0])
      .filter((command) => command instanceof StartExecutionCommand)
      .map(({ input }) => ({ ...input, input: JSON.parse(input.input ?? '') }))

  async function call(
    route: string,
    { json, query = {}, caller = admin, name, headers = {} }: Json = {},
  ): Promise<{ status: number; body: Json }> {
    const [httpMethod, resource] = route.split(' ') as [string, string]
    const answer = await handler({
      httpMethod,
      resource,
      path: resource,
      headers,
      pathParameters: name === undefined ? null : { name },
      queryStringParameters: query,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      requestContext: { requestId: 'r-1', authorizer: caller && toAuthorizerContext(caller) },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body) }
  }

  describe('POST /endpoints', () => {
    const post = (changes: Json = {}, more: Json = {}) =>
      call('POST /endpoints', { json: { ...body, ...changes }, ...more })

    it('starts the machine and answers in the contract’s form', async () => {
      const { status, body: answer } = await post()
      expect(status, JSON.stringify(answer)).to.equal(202)
      expect(answer.message).to.equal('Endpoint deployment started: darkroom-test-async-test')
      const [execution] = started()
      expect(answer.data).to.deep.include({
        EndpointDeploymentJobId: execution?.name,
        autoscaling: true,
        max_instance_number: 1,
        min_instance_number: 0,
        status: null,
        instance_type: 'ml.g5.2xlarge',
        current_instance_count: '0',
        endTime: null,
        endpoint_status: 'Creating',
        endpoint_name: 'darkroom-test-async-test',
        error: null,
        endpoint_type: 'Async',
        owner_group_or_role: ['artists'],
        custom_extensions: '',
      })
      expect(answer.data.startTime).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
    })

    it('gives the machine names, image, environment and every default', async () => {
      await post({ initial_instance_count: 2, idle_hours: 4, notify: false, cool_down_time: '1 hour' })
      const [{ name, stateMachineArn, input }] = started() as [Json]
      expect(stateMachineArn).to.contain('deploy-endpoint')
      expect(input).to.deep.include({ id: name, requestedBy: 'admin' })
      expect(input.request).to.deep.include({
        name: 'darkroom-test-async-test',
        backend: 'pocket',
        instanceCount: 2,
        minInstances: 0,
        maxInstances: 2,
        scaleInCooldown: 3600,
        idleHours: 4,
        notify: false,
      })
      expect(input.request.container.Image).to.equal('darkroom/pocket')
      expect(input.request.container.Environment).to.include({ BUCKET_NAME: 'library', ENDPOINT_ID: name })
    })

    it('makes up a name where none is given, the same one for the same Idempotency-Key', async () => {
      const headers = { 'Idempotency-Key': 'only-once' }
      for (const endpoint_name of ['', undefined]) await post({ endpoint_name }, { headers })
      const names = started().map(({ input }) => input.request.name)
      expect(names[0]).to.match(/^darkroom-test-async-[0-9a-f]{7}$/)
      expect(names[1]).to.equal(names[0])
      expect(started().map(({ name }) => name)).to.deep.equal(['only-once', 'only-once'])
      toStates.rejects(Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' }))
      expect((await post({}, { headers })).status).to.equal(409)
      expect((await post({}, { headers: { 'idempotency-key': 'with space' } })).status).to.equal(400)
    })

    it('takes another backend, image, model data and extensions', async () => {
      await post({ backend: 'a1111', custom_extensions: 'https://git/x' })
      await post({ endpoint_name: 'b', assign_to_roles: ['writers'], backend: 'huggingface', model_id: 'some/model' })
      await post({
        endpoint_name: 'c',
        assign_to_roles: ['painters'],
        backend: 'jumpstart',
        custom_docker_image_uri: 'mine:1',
        model_data_url: 's3://b/model.tar.gz',
      })
      const [a1111, huggingface, jumpstart] = started().map(({ input }) => input.request.container)
      expect(a1111)
        .to.include({ Image: 'predecessor/inference' })
        .and.nested.include({ 'Environment.EXTENSIONS': 'https://git/x' })
      expect(huggingface.Environment).to.deep.equal({ HF_TASK: 'text-to-image', HF_MODEL_ID: 'some/model' })
      expect(jumpstart).to.include({ Image: 'mine:1', ModelDataUrl: 's3://b/model.tar.gz' })
    })

    const refused: [string, Json, string][] = [
      ['serverless endpoints', { endpoint_type: 'Serverless' }, 'Serverless endpoint is not supported yet'],
      ['an unknown type', { endpoint_type: 'Sometimes' }, 'endpoint_type'],
      ['no instance', { initial_instance_count: 0 }, 'initial_instance_count should be at least 1: 0'],
      ['half an instance', { initial_instance_count: 1.5 }, 'initial_instance_count'],
      ['more instances than allowed', { initial_instance_count: 5 }, 'MaxInstances'],
      ['a maximum above what is allowed', { max_instance_number: 5 }, 'max_instance_number'],
      ['a maximum below the start', { initial_instance_count: 3, max_instance_number: 2 }, 'max_instance_number'],
      ['a maximum below the minimum', { min_instance_number: 3, max_instance_number: 2 }, 'max_instance_number'],
      [
        'a real-time endpoint that scales to zero',
        { endpoint_type: 'Real-time', min_instance_number: 0 },
        'min_instance_number should be at least 1 for real-time endpoint: 0',
      ],
      ['a role that is not there', { assign_to_roles: ['artists', 'ghosts'] }, '"ghosts" not exist'],
      ['no role', { assign_to_roles: [] }, 'assign_to_roles'],
      ['a name with a space', { endpoint_name: 'a b' }, 'endpoint_name'],
      ['a name of 21 characters', { endpoint_name: 'a'.repeat(21) }, 'endpoint_name'],
      ['an instance type that is none', { instance_type: 'large' }, 'instance_type'],
      ['an unknown backend', { backend: 'magic' }, 'backend'],
      ['a backend without an image', { backend: 'diffusers' }, 'no image'],
      ['extensions and an image', { custom_extensions: 'a', custom_docker_image_uri: 'b' }, 'cannot be used together'],
      ['model data that is not in S3', { model_data_url: 'https://x/y' }, 'model_data_url'],
      ['a scaling switch in quotes', { autoscaling_enabled: 'true' }, 'autoscaling_enabled'],
      ['an idle time of nothing', { idle_hours: 0 }, 'idle_hours'],
      ['an unknown cool-down', { cool_down_time: 'soon' }, 'cool_down_time'],
    ]
    for (const [what, changes, mention] of refused) {
      it(`refuses ${what}, and starts nothing`, async () => {
        const { status, body: answer } = await post(changes)
        expect(status, JSON.stringify(answer)).to.equal(400)
        expect(answer.message).to.contain(mention)
        expect(started()).to.deep.equal([])
      })
    }

    it('refuses a role that has an endpoint, in the contract’s words', async () => {
      await put(TABLE, record('1'))
      await put(TABLE, { id: 'role/artists', endpointId: '1' })
      const { status, body: answer } = await post({ assign_to_roles: ['writers', 'artists'] })
      expect(status).to.equal(409)
      expect(answer.message).to.equal('role [artists] has a valid endpoint already, not allow to have another one')
    })

    it('answers at once also while the first one is not recorded yet, and gives back what it took', async () => {
      await post({ endpoint_name: 'one' })
      const { status } = await post({ endpoint_name: 'two', assign_to_roles: ['writers', 'artists'] })
      expect(status).to.equal(409)
      expect(await get('role/writers')).to.equal(undefined)
      expect(await get('endpoint/darkroom-test-async-two')).to.equal(undefined)
      expect(await get('role/artists')).to.include({ endpointId: started()[0]?.name })
    })

    it('keeps nothing when the start is refused, and takes over from a function that died', async () => {
      toStates.rejects(Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' }))
      await post()
      expect(await get('role/artists')).to.equal(undefined)
      toStates.resolves({ executionArn: 'arn' })
      await put(TABLE, { id: 'role/artists', endpointId: 'never', claimedAt: new Date().toISOString() })
      expect((await post()).status).to.equal(409)
      await put(TABLE, { id: 'role/artists', endpointId: 'never', claimedAt: '2026-03-02T10:15:00.000Z' })
      expect((await post()).status).to.equal(202)
    })

    it('refuses a name that is taken, and not one whose endpoint is gone', async () => {
      await putLive('test')
      expect((await post()).body.message).to.contain('Cannot create already existing model')
      await put(TABLE, record('test', { status: 'Failed', goneAt: '2026-03-02T10:20:00.000Z' }))
      expect((await post()).status).to.equal(202)
    })
  })

  describe('GET /endpoints', () => {
    it('shows rows in the contract’s form, numbers as strings', async () => {
      await put(TABLE, record('1', { inServiceAt: '2026-03-02T10:20:00.000Z' }))
      const { body: answer } = await call('GET /endpoints')
      expect(answer.data.last_evaluated_key).to.equal(null)
      expect(answer.data.endpoints[0]).to.deep.include({
        EndpointDeploymentJobId: '1',
        max_instance_number: '2',
        min_instance_number: '0',
        current_instance_count: '1',
        startTime: '2026-03-02 10:15:00.000000',
        endTime: '2026-03-02 10:20:00.000000',
        endpoint_status: 'InService',
        error: null,
      })
    })

    it('pages through what the caller may see, full pages, newest first, without deleted ones', async () => {
      for (const id of ['1', '2', '3', '4', '5', '6', '7', '8']) {
        const roles = Number(id) % 2 ? ['artists'] : ['writers']
        await put(TABLE, record(id, { roles, ...(id === '3' ? { status: 'Deleted' } : {}) }))
      }
      await put(TABLE, { ...record('9'), list: 'deletions' })
      const seen: string[][] = []
      let cursor: string | null | undefined
      while (cursor !== null) {
        const query = { limit: '2', ...(cursor ? { exclusive_start_key: cursor } : {}) }
        const { status, body: answer } = await call('GET /endpoints', { query, caller: artist })
        expect(status, JSON.stringify(answer)).to.equal(200)
        seen.push(answer.data.endpoints.map((row: Json) => row.EndpointDeploymentJobId))
        cursor = answer.data.last_evaluated_key
      }
      expect(seen).to.deep.equal([['7', '5'], ['1']])
      expect((await call('GET /endpoints')).body.data.endpoints).to.have.lengthOf(7)
    })

    it('checks the user in the query, a limit and a cursor', async () => {
      expect((await call('GET /endpoints', { query: { username: 'anna' } })).status).to.equal(200)
      const { status, body: answer } = await call('GET /endpoints', { query: { username: 'nobody' } })
      expect([status, answer.message]).to.deep.equal([400, 'user: "nobody" not exist'])
      expect((await call('GET /endpoints', { query: { limit: '0' } })).status).to.equal(400)
      expect((await call('GET /endpoints', { query: { exclusive_start_key: 'x' } })).status).to.equal(400)
    })
  })

  describe('DELETE /endpoints', () => {
    const remove = (...names: string[]) => call('DELETE /endpoints', { json: { endpoint_name_list: names } })

    it('marks each one and starts its deletion', async () => {
      await putLive('1')
      const { status, body: answer } = await remove('darkroom-test-async-1', 'darkroom-test-async-1')
      expect([status, answer.message]).to.deep.equal([204, 'Endpoints Deleted'])
      expect(await get('1')).to.include({ status: 'Deleting' })
      expect(started()).to.have.lengthOf(1)
      expect(started()[0]?.input).to.deep.include({
        requestedBy: 'admin',
        request: { endpointId: '1', name: 'darkroom-test-async-1' },
      })
    })

    it('takes names that nobody knows for deleted', async () => {
      expect((await remove('nowhere')).status).to.equal(204)
      expect(started()).to.deep.equal([])
    })

    it('stops the deployment that is under way first, and lets its calls land', async () => {
      await putLive('1', { status: 'Creating' })
      toStates.callsFake(async () => ({ status: 'RUNNING' }))
      expect((await remove('darkroom-test-async-1')).status).to.equal(204)
      const stops = toStates.getCalls().filter(({ args }) => args[0] instanceof StopExecutionCommand)
      expect(stops[0]?.args[0].input).to.include({ error: 'EndpointGone', executionArn: 'arn:execution:1' })
      expect(started()[0]?.input.request.settleSeconds).to.equal(5)
    })

    it('goes on when the deployment ends just before it is stopped', async () => {
      await putLive('1', { status: 'Creating' })
      toStates.callsFake(async (command: unknown) => {
        if (!(command instanceof StopExecutionCommand)) return { status: 'RUNNING' }
        throw Object.assign(new Error('The execution could not be stopped.'), { name: 'ValidationException' })
      })
      expect((await remove('darkroom-test-async-1')).status).to.equal(204)
      expect(started()).to.have.lengthOf(1)
    })

    it('leaves a deletion that is under way alone, and takes over from one that has ended', async () => {
      await putLive('1', { status: 'Deleting', deletionId: 'before' })
      toStates.callsFake(async () => ({ status: 'RUNNING' }))
      expect((await remove('darkroom-test-async-1')).status).to.equal(204)
      expect(started()).to.deep.equal([])
      toStates.callsFake(async () => ({ status: 'ABORTED' }))
      expect((await remove('darkroom-test-async-1')).status).to.equal(204)
      expect(started()[0]?.input.request.replaces).to.equal('before')
    })

    it('takes a failed endpoint of which nothing is left off the list', async () => {
      await put(TABLE, record('1', { status: 'Failed', goneAt: '2026-03-02T10:20:00.000Z' }))
      await put(TABLE, record('2', { status: 'Failed', goneAt: '2026-03-02T10:20:00.000Z' }))
      await remove('darkroom-test-async-1')
      const { body: answer } = await call('GET /endpoints')
      expect(answer.data.endpoints.map((row: Json) => row.EndpointDeploymentJobId)).to.deep.equal(['2'])
      expect(started()).to.deep.equal([])
    })

    it('refuses a list that is none', async () => {
      for (const list of [undefined, [], 'x', [''], Array.from({ length: 11 }, () => 'x')]) {
        const { status } = await call('DELETE /endpoints', { json: { endpoint_name_list: list } })
        expect(status).to.equal(400)
      }
    })
  })

  describe('PATCH /endpoints/{name}', () => {
    const patch = (json: Json, name = 'darkroom-test-async-1') => call('PATCH /endpoints/{name}', { json, name })
    const sentTo = (...stubs: sinon.SinonStub[]): Json[] =>
      stubs
        .flatMap((stub) => stub.getCalls())
        .map(({ args }) => ({ ...args[0].input, command: args[0].constructor.name }))
    const sent = () => sentTo(toSageMaker)
    const scaled = () => sentTo(toScaling)
    const commandsOf = (...stubs: sinon.SinonStub[]) => sentTo(...stubs).map(({ command }) => command)

    it('makes a configuration with the other instances and has SageMaker change over', async () => {
      await putLive('1', { autoscaling: false })
      const { status, body: answer } = await patch({ instance_type: 'ml.g5.4xlarge', instance_count: 3 })
      expect(status, JSON.stringify(answer)).to.equal(202)
      expect(answer.data.endpoint_status).to.equal('Updating')
      const [describe, create, update] = sent() as [Json, Json, Json]
      expect(describe.EndpointConfigName).to.equal('darkroom-test-async-1')
      expect(create.ProductionVariants[0]).to.deep.equal({
        VariantName: 'prod',
        InstanceType: 'ml.g5.4xlarge',
        InitialInstanceCount: 3,
      })
      expect(update).to.include({
        EndpointName: 'darkroom-test-async-1',
        EndpointConfigName: create.EndpointConfigName,
      })
      expect(await get('1')).to.deep.include({
        status: 'Updating',
        instanceCount: 1,
        pending: { instanceType: 'ml.g5.4xlarge', instanceCount: 3, configName: create.EndpointConfigName },
      })
    })

    it('leaves the endpoint as it was when SageMaker refuses', async () => {
      await putLive('1', { autoscaling: false })
      toSageMaker.onThirdCall().rejects(Object.assign(new Error('limit is 1'), { name: 'ResourceLimitExceeded' }))
      const { status, body: answer } = await patch({ instance_count: 3 })
      expect(status).to.equal(400)
      expect(answer.message).to.contain('limit is 1')
      expect(await get('1'))
        .to.include({ status: 'InService' })
        .and.not.to.have.property('pending')
      expect(sent().at(-1)?.command).to.equal('DeleteEndpointConfigCommand')
    })

    it('does nothing for what is as asked already', async () => {
      await putLive('1', { autoscaling: false })
      expect((await patch({ instance_count: 1 })).status).to.equal(202)
      expect(sent()).to.deep.equal([])
    })

    it('refuses an endpoint that is not there or not in service', async () => {
      expect((await patch({ instance_count: 2 })).status).to.equal(404)
      await putLive('1', { status: 'Updating', autoscaling: false })
      expect((await patch({ instance_count: 2 })).status).to.equal(409)
      expect([...sent(), ...scaled()]).to.deep.equal([])
    })

    it('refuses a body that changes nothing, or what is not allowed', async () => {
      for (const json of [
        {},
        { instance_count: 0 },
        { instance_count: 5 },
        { instance_type: 'x' },
        { instance_count: '2' },
        { max_instance_number: 5 },
        { min_instance_number: -1 },
      ]) {
        expect((await patch(json)).status, JSON.stringify(json)).to.equal(400)
      }
    })

    describe('for an endpoint that scales by itself', () => {
      const refusal = Object.assign(new Error('limit is 1'), { name: 'ResourceLimitExceeded' })
      const START = [
        'RegisterScalableTargetCommand',
        'PutScalingPolicyCommand',
        'PutScalingPolicyCommand',
        'PutMetricAlarmCommand',
      ]

      it('keeps what its policies know, takes its target away and has SageMaker change over', async () => {
        await putLive('1', { currentInstanceCount: 0 })
        const { status, body: answer } = await patch({ instance_type: 'ml.g5.4xlarge', max_instance_number: 4 })
        expect(status, JSON.stringify(answer)).to.equal(202)
        expect(scaled().map(({ command }) => command)).to.deep.equal([
          'DescribeScalingPoliciesCommand',
          'DeregisterScalableTargetCommand',
        ])
        const [, create] = sent() as [Json, Json]
        expect(create.ProductionVariants[0]).to.include({ InstanceType: 'ml.g5.4xlarge', InitialInstanceCount: 1 })
        expect(toScaling.lastCall.calledBefore(toSageMaker.lastCall)).to.equal(true)
        expect(await get('1')).to.deep.include({
          status: 'Updating',
          maxInstances: 2,
          pending: {
            instanceType: 'ml.g5.4xlarge',
            instanceCount: 1,
            minInstances: 0,
            maxInstances: 4,
            configName: create.EndpointConfigName,
            scaling: { scaleInCooldown: 900 },
          },
        })
      })

      it('begins with as many instances as run, within its bounds, or with as many as are asked for', async () => {
        const counts: [Json, Json, number][] = [
          [{ currentInstanceCount: 2 }, {}, 2],
          [{ currentInstanceCount: 2 }, { max_instance_number: 1 }, 1],
          [{ currentInstanceCount: 1 }, { instance_count: 2 }, 2],
        ]
        for (const [now, wish, expected] of counts) {
          await putLive('1', now)
          expect((await patch({ instance_type: 'ml.g5.4xlarge', ...wish })).status).to.equal(202)
          expect((await get('1'))?.pending.instanceCount, JSON.stringify(wish)).to.equal(expected)
        }
      })

      it('lets it scale again as before when SageMaker refuses, and then only calls it in service', async () => {
        await putLive('1')
        toSageMaker.onThirdCall().rejects(refusal)
        toAlarms.callsFake(async () => {
          expect(await get('1')).to.have.property('pending')
          return {}
        })
        expect((await patch({ instance_count: 2, max_instance_number: 3 })).body.message).to.contain('limit is 1')
        expect(commandsOf(toScaling, toAlarms).slice(2)).to.deep.equal(START)
        expect(scaled()[2]).to.include({ MinCapacity: 0, MaxCapacity: 2 })
        expect(scaled()[3]).to.nested.include({ 'TargetTrackingScalingPolicyConfiguration.ScaleInCooldown': 900 })
        expect(toAlarms.lastCall.args[0].input.AlarmActions).to.deep.equal(['arn:policy'])
        expect(await get('1'))
          .to.include({ status: 'InService', maxInstances: 2 })
          .and.not.to.have.property('pending')
      })

      it('leaves no scaling behind when it is deleted while SageMaker refuses', async () => {
        const item = await putLive('1')
        toSageMaker.onThirdCall().callsFake(async () => {
          await put(TABLE, { ...item, status: 'Deleting' })
          throw refusal
        })
        expect((await patch({ instance_count: 2 })).status).to.equal(400)
        expect(scaled().at(-1)?.command).to.equal('DeregisterScalableTargetCommand')
        expect(toAlarms.lastCall.args[0].input).to.deep.equal({
          AlarmNames: ['darkroom-test-async-1-HasBacklogWithoutCapacity-Alarm'],
        })
        expect(await get('1')).to.include({ status: 'Deleting' })
      })

      it('goes on without a target that is gone already', async () => {
        await putLive('1')
        toScaling.onFirstCall().resolves({ ScalingPolicies: [] })
        toScaling.onSecondCall().rejects(Object.assign(new Error('none'), { name: 'ObjectNotFoundException' }))
        expect((await patch({ instance_count: 2 })).status).to.equal(202)
        expect((await get('1'))?.pending.scaling).to.deep.equal({ scaleInCooldown: 180 })
      })

      it('changes bounds alone at once', async () => {
        await putLive('1')
        const { status, body: answer } = await patch({ min_instance_number: 1, max_instance_number: 4 })
        expect(status).to.equal(202)
        expect(answer.data).to.include({
          endpoint_status: 'InService',
          min_instance_number: 1,
          max_instance_number: 4,
        })
        expect(scaled()).to.deep.equal([
          {
            command: 'RegisterScalableTargetCommand',
            ServiceNamespace: 'sagemaker',
            ResourceId: 'endpoint/darkroom-test-async-1/variant/prod',
            ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
            MinCapacity: 1,
            MaxCapacity: 4,
          },
        ])
        expect(sent()).to.deep.equal([])
        expect(await get('1')).to.include({ status: 'InService', minInstances: 1, maxInstances: 4 })
      })

      it('keeps the old bounds when the new ones are refused', async () => {
        await putLive('1')
        toScaling.rejects(Object.assign(new Error('too far'), { name: 'ValidationException' }))
        const { status, body: answer } = await patch({ max_instance_number: 4 })
        expect([status, answer.message]).to.deep.equal([400, 'Application Auto Scaling refused the change: too far'])
        expect(await get('1')).to.include({ minInstances: 0, maxInstances: 2 })
      })

      it('does nothing for what is as asked already', async () => {
        await putLive('1')
        const asIs = { instance_type: 'ml.g5.2xlarge', instance_count: 1, max_instance_number: 2 }
        expect((await patch(asIs)).status).to.equal(202)
        expect([...sent(), ...scaled()]).to.deep.equal([])
      })

      it('refuses bounds and counts that do not fit together', async () => {
        await putLive('1')
        await putLive('2', { endpointType: 'Real-time', minInstances: 1 })
        await putLive('3', { autoscaling: false })
        const refused: [string, Json, string][] = [
          ['1', { min_instance_number: 3 }, 'max_instance_number'],
          ['1', { instance_count: 3 }, 'instance_count'],
          ['2', { min_instance_number: 0 }, 'min_instance_number should be at least 1 for real-time endpoint: 0'],
          ['3', { max_instance_number: 3 }, 'does not scale by itself'],
        ]
        for (const [id, wish, mention] of refused) {
          const { status, body: answer } = await patch(wish, `darkroom-test-async-${id}`)
          expect(status, JSON.stringify(wish)).to.equal(400)
          expect(answer.message).to.contain(mention)
        }
        expect([...sent(), ...scaled()]).to.deep.equal([])
      })
    })
  })

  it('needs a named caller for what is done in somebody’s name', async () => {
    expect((await call('POST /endpoints', { json: body, caller: null })).status).to.equal(403)
  })
})
