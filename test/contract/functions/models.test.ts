import '../../support/product-environment.ts'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler as endpoints } from '../../../functions/api/endpoints/handler.ts'
import { handler } from '../../../functions/api/models/handler.ts'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { sagemaker } from '../../../functions/shared/aws/sagemaker.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import { packagedFilesOf } from '../../../functions/shared/inferences/packaged-models.ts'
import { confirmModels, resolveModels } from '../../../functions/shared/inferences/resolve-models.ts'
import { findNameHolder } from '../../../functions/shared/models/name-claims.ts'
import { buildTarball, smallCheckpoint } from '../../support/build-archive.ts'
import { MACHINE, type ModelLibrary, startModelLibrary } from '../../support/model-library.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
type Json = Record<string, any>

const ada = { username: 'ada', roles: ['artists'], permissions: ['checkpoint:all', 'sagemaker_endpoint:all'] }
const stranger = { username: 'bob', roles: ['others'], permissions: ['checkpoint:all', 'sagemaker_endpoint:all'] }
const absent = Object.assign(new Error('no such execution'), { name: 'ExecutionDoesNotExist' })
const both = { checkpoints: ['c-1'], loras: ['hat.safetensors'] }

describe('The model routes on real tables and a real bucket', () => {
  let library: ModelLibrary
  let toStates: sinon.SinonStub

  before(async () => {
    library = await startModelLibrary()
    await library.add('c-1', { name: 'castle.safetensors', bytes: smallCheckpoint(1) })
    await library.add('l-1', { name: 'hat.safetensors', bytes: smallCheckpoint(2) }, { type: 'Lora' })
    for (const user of ['ada', 'bob']) {
      await library.putItem(library.accountsTable, { id: `user/${user}`, kind: 'user', roles: [] })
    }
    await library.putItem(library.accountsTable, { id: 'role/artists', kind: 'role', permissions: [] })
  })
  after(() => library.stop())
  beforeEach(() => {
    sinon.stub(sagemaker, 'send').resolves({})
    toStates = sinon.stub(states, 'send')
    toStates.callsFake(async (command: unknown) => {
      if (command instanceof StartExecutionCommand) return { executionArn: `${MACHINE}:${command.input.name}` }
      throw absent
    })
  })
  afterEach(() => sinon.restore())

  async function call(
    route: string,
    { json, query = {}, caller = ada, id, headers = {}, handle = handler }: Json = {},
  ): Promise<{ status: number; body: Json }> {
    const [httpMethod, resource] = route.split(' ') as [string, string]
    const answer = await handle({
      httpMethod,
      resource,
      path: resource,
      headers,
      pathParameters: id === undefined ? null : { id },
      queryStringParameters: query,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      requestContext: { requestId: 'r-1', authorizer: caller && toAuthorizerContext(caller) },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body) }
  }
  const started = (): Json[] =>
    toStates
      .getCalls()
      .map(({ args }) => args[0])
      .filter((command) => command instanceof StartExecutionCommand)
      .map(({ input }) => ({ ...input, input: JSON.parse(input.input ?? '') }))

  describe('POST /models', () => {
    const post = (json: Json, more: Json = {}) => call('POST /models', { json, ...more })

    it('starts the machine with every default filled in, and answers the model as it will be', async () => {
      const { status, body } = await post({ name: 'first', ...both })
      expect(status, JSON.stringify(body)).to.equal(202)
      const [execution] = started()
      expect(execution?.stateMachineArn).to.match(/create-model$/)
      expect(execution?.name).to.equal(body.data.id)
      expect(execution?.input).to.deep.equal({
        id: body.data.id,
        requestedBy: 'ada',
        request: {
          name: 'first',
          sageMakerName: 'darkroom-test-model-first',
          backend: 'pocket',
          container: {
            Image: 'darkroom/pocket',
            Environment: { BUCKET_NAME: 'library', LOG_LEVEL: 'ERROR' },
            ModelDataSource: {
              S3DataSource: { S3Uri: 's3://library/models/first/', S3DataType: 'S3Prefix', CompressionType: 'None' },
            },
          },
          artifacts: both,
        },
      })
      expect(body.data).to.deep.include({ name: 'first', status: 'Creating', createdBy: 'ada', artifacts: both })
      expect(body.data).not.to.have.any.keys('list', 'uses', 'useCount', 'executionArn', 'location')
      expect(body.data.links.self).to.equal(`http://127.0.0.1:3000/dev/models/${body.data.id}`)
    })

    it('takes an id from Idempotency-Key, and starts the same for the same body', async () => {
      const headers = { 'Idempotency-Key': 'once' }
      await post({ name: 'once', ...both }, { headers })
      await post({ name: 'once', ...both }, { headers })
      const [first, second] = started()
      expect(first?.name).to.equal('once')
      expect(second).to.deep.equal(first)
      toStates.rejects(Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' }))
      const { status, body } = await post({ name: 'once-more', ...both }, { headers })
      expect(status).to.equal(409)
      expect(body.message).to.contain('Idempotency-Key: once already made a model')
      expect(await findNameHolder(library.modelsTable, 'once-more')).to.equal(undefined)
      expect(await findNameHolder(library.modelsTable, 'once')).to.equal('once')
      const bad = await post({ name: 'once', ...both }, { headers: { 'Idempotency-Key': 'a b' } })
      expect(bad.status).to.equal(400)
    })

    it('keeps the name when a start may have begun, and gives it back when not', async () => {
      toStates.rejects(Object.assign(new Error('away'), { name: 'ServiceUnavailable' }))
      expect((await post({ name: 'unsure', ...both }, { headers: { 'Idempotency-Key': 'u-1' } })).status).to.equal(503)
      expect(await findNameHolder(library.modelsTable, 'unsure')).to.equal('u-1')
      const { status, body } = await post({ name: 'unsure', ...both })
      expect(status).to.equal(409)
      expect(body.message).to.contain('There is a packaged model unsure already')
    })

    it('takes a tarball of the stack’s own bucket, used as it is', async () => {
      const Key = 'packs/my.tar.gz'
      const Body = await buildTarball([['Stable-diffusion/castle.safetensors', smallCheckpoint()]])
      await s3.send(new PutObjectCommand({ Bucket: library.bucket, Key, Body }))
      const { status, body } = await post({
        name: 'tarred',
        source: `s3://library/${Key}`,
        image: 'my.registry/painter:1',
      })
      expect(status, JSON.stringify(body)).to.equal(202)
      expect(body.data.source).to.equal('s3://library/packs/my.tar.gz')
      const { request } = started()[0]!.input
      expect(request).to.deep.include({ backend: 'pocket', source: { bucket: 'library', key: Key }, artifacts: {} })
      expect(request.container).to.deep.include({
        Image: 'my.registry/painter:1',
        ModelDataSource: {
          S3DataSource: { S3Uri: 's3://library/packs/my.tar.gz', S3DataType: 'S3Object', CompressionType: 'Gzip' },
        },
      })
    })

    const good = { name: 'good', ...both }
    const REFUSED: [string, Json, RegExp, number?][] = [
      ['no name', both, /^name is missing/],
      ['a name with a slash', { ...good, name: 'a/b' }, /^name is "a\/b"/],
      ['a name that ends in a hyphen', { ...good, name: 'a-' }, /^name is/],
      ['a long name', { ...good, name: 'a'.repeat(41) }, /^name has 41 characters/],
      ['nothing in it', { name: 'x' }, /^checkpoints is missing/],
      ['only a LoRA', { name: 'x', loras: ['hat.safetensors'] }, /^checkpoints is missing/],
      ['a list that is none', { ...good, vaes: 'x' }, /^vaes is a string/],
      ['a file that is none', { ...good, vaes: [7] }, /^vaes\[0\] is a number/],
      ['an unknown file', { ...good, vaes: ['no.safetensors'] }, /^vaes\[0\]: no checkpoint/, 404],
      ['a LoRA among the checkpoints', { ...good, checkpoints: ['l-1'] }, /^checkpoints\[0\].*of type Lora/],
      [
        'lists and a tarball',
        { ...good, source: 's3://library/a.tar.gz' },
        /^source is given beside checkpoints, loras/,
      ],
      ['a tarball elsewhere', { name: 'x', source: 's3://other/a.tar.gz' }, /taken from the bucket library only/],
      ['a tarball by http', { name: 'x', source: 'https://x/a.tar.gz' }, /give s3:\/\/bucket\/key/],
      ['a zip', { name: 'x', source: 's3://library/a.zip' }, /name ends in \.tar\.gz/],
      ['a tarball among the models', { name: 'x', source: 's3://library/models/y/a.tar.gz' }, /goes with its model/],
      ['a tarball that is not there', { name: 'x', source: 's3://library/no.tar.gz' }, /there is no object/],
      ['a backend without folders', { ...good, image: 'huggingface' }, /reads no model folders/],
      ['a backend without an image', { ...good, image: 'diffusers' }, /this deployment has no image for it/],
    ]
    for (const [what, json, words, expected = 400] of REFUSED) {
      it(`refuses ${what}`, async () => {
        const { status, body } = await post(json)
        expect(body.message).to.match(words)
        expect(status).to.equal(expected)
        expect(started()).to.deep.equal([])
        expect(await findNameHolder(library.modelsTable, 'good')).to.equal(undefined)
      })
    }

    it('shows nobody files that he may not see', async () => {
      await library.add(
        'mine',
        { name: 'mine.safetensors', bytes: smallCheckpoint() },
        { allowedRolesOrUsers: ['artists'] },
      )
      const { status, body } = await post({ name: 'x', checkpoints: ['mine'] }, { caller: stranger })
      expect(status).to.equal(404)
      expect(body.message).to.match(/^checkpoints\[0\]: no checkpoint/)
      expect((await post({ name: 'x', checkpoints: ['mine'] }, { caller: null })).status).to.equal(403)
    })
  })

  describe('GET /models', () => {
    it('lists newest first, page by page, what the caller may see', async () => {
      for (const id of ['p1', 'p22', 'p333']) await library.make(id, library.requestFor(`list-${id}`, both))
      await library.putItem(library.modelsTable, {
        ...(await library.read('p22')),
        allowedRolesOrUsers: ['others'],
      })
      const first = await call('GET /models', { query: { limit: '1' } })
      expect(first.body.data.models.map(({ id }: Json) => id)).to.deep.equal(['p333'])
      const query = { limit: '1', exclusive_start_key: first.body.data.last_evaluated_key }
      const second = await call('GET /models', { query })
      expect(second.body.data.models.map(({ id }: Json) => id)).to.deep.equal(['p1'])
      expect(second.body.data.last_evaluated_key).to.equal(null)
      const others = await call('GET /models', { caller: stranger })
      expect(others.body.data.models.map(({ id }: Json) => id)).to.deep.equal(['p22'])
    })

    it('shows one by id or by name, with files, location and manifest', async () => {
      for (const id of ['p333', 'list-p333']) {
        const { status, body } = await call('GET /models/{id}', { id })
        expect(status).to.equal(200)
        expect(body.data).to.deep.include({
          id: 'p333',
          status: 'Active',
          location: 's3://library/models/list-p333/',
          manifest: 's3://library/models/list-p333/manifest.json',
        })
        expect(body.data.files.map(({ folder, name }: Json) => `${folder}/${name}`)).to.deep.equal([
          'Stable-diffusion/castle.safetensors',
          'Lora/hat.safetensors',
        ])
        expect(body.data.files[0]).to.have.keys('folder', 'name', 'size', 'etag', 'checkpointId')
        expect(body.data).not.to.have.property('progress')
      }
    })

    it('counts files and bytes while they are copied, parts too', async () => {
      const large = Buffer.alloc(11_000_000, 1)
      await library.add('big', { name: 'big.safetensors', bytes: large })
      await library.record('g-1', library.requestFor('growing', { ...both, checkpoints: ['c-1', 'big'] }))
      const progress = async () => (await call('GET /models/{id}', { id: 'g-1' })).body.data.progress
      expect(await progress()).to.deep.equal({ phase: 'looking up' })
      const { items, totalBytes } = await library.resolve('g-1')
      expect(await progress()).to.deep.equal({
        phase: 'copying',
        files: 3,
        filesDone: 0,
        bytes: totalBytes,
        bytesDone: 0,
      })
      await library.copy('g-1', items[0]!)
      await library.copy('g-1', items[1]!)
      const small = smallCheckpoint(1).length
      expect(await progress()).to.deep.include({ filesDone: 1, bytesDone: small + 5 * 1024 * 1024 })
      await library.setStatus('g-1', 'Failed')
      await library.cleanUp('g-1')
    })

    it('shows one that has just been started to who started it', async () => {
      const input = { id: 'starting', requestedBy: 'ada', request: library.requestFor('starting', both) }
      toStates.callsFake(async () => ({
        status: 'RUNNING',
        executionArn: `${MACHINE}:starting`,
        startDate: new Date(0),
        input: JSON.stringify(input),
      }))
      const { status, body } = await call('GET /models/{id}', { id: 'starting' })
      expect(status).to.equal(200)
      expect(body.data).to.include({ id: 'starting', status: 'Creating', name: 'starting' })
      expect((await call('GET /models/{id}', { id: 'starting', caller: stranger })).status).to.equal(404)
    })

    it('knows no other', async () => {
      for (const id of ['nothing', 'name/list-p333', '', 'x'.repeat(100)]) {
        expect((await call('GET /models/{id}', { id })).status, id).to.equal(404)
      }
      expect((await call('GET /models/{id}', { id: 'p333', caller: stranger })).status).to.equal(404)
    })
  })

  describe('an endpoint of a model', () => {
    const deploy = (json: Json, more: Json = {}) =>
      call('POST /endpoints', {
        handle: endpoints,
        json: {
          endpoint_type: 'Async',
          instance_type: 'ml.g5.2xlarge',
          initial_instance_count: 1,
          autoscaling_enabled: false,
          assign_to_roles: ['artists'],
          ...json,
        },
        ...more,
      })
    const release = async (name: string) => {
      for (const id of [`endpoint/darkroom-test-async-${name}`, 'role/artists']) {
        await dynamodb.send(new DeleteCommand({ TableName: library.endpointsTable, Key: { id } }))
      }
    }

    it('runs the model’s files in the model’s image, and its view names it', async () => {
      await library.make('d-1', library.requestFor('deployed', both))
      const headers = { 'Idempotency-Key': 'e-1' }
      const { status, body } = await deploy({ model: 'deployed', endpoint_name: 'one' }, { headers })
      expect(status, JSON.stringify(body)).to.equal(202)
      expect(body.data).to.deep.include({ model: 'deployed', model_id: 'd-1', backend: 'pocket' })
      const { request } = started()[0]!.input
      expect(request).to.deep.include({ modelId: 'd-1', packageName: 'deployed', backend: 'pocket' })
      expect(request.container.Image).to.equal('darkroom/pocket')
      expect(request.container.ModelDataSource.S3DataSource.S3Uri).to.equal('s3://library/models/deployed/')
      expect((await library.read('d-1'))?.uses).to.have.property('e-1')
      await release('one')
    })

    it('may bring an image of its own, and takes the model by its id', async () => {
      const { body } = await deploy({ model: 'd-1', endpoint_name: 'two', custom_docker_image_uri: 'mine/painter' })
      expect(body.data).to.include({ image_uri: 'mine/painter', model: 'deployed' })
      await release('two')
    })

    it('is refused where the model is not there, not active, not readable or replaced', async () => {
      const told = async (json: Json, more?: Json) => {
        const { status, body } = await deploy(json, more)
        return `${status} ${body.message}`
      }
      expect(await told({ model: 'nothing' })).to.match(/^404 model: there is no packaged model/)
      const caller = { ...stranger, roles: ['x'] }
      expect(await told({ model: 'deployed' }, { caller })).to.match(/^404/)
      expect(await told({ model: 'd-1', model_id: 'a/b' })).to.match(/^400 model is given beside model_id/)
      expect(await told({ model: 'd-1', backend: 'huggingface' })).to.match(/^400 backend is "huggingface"/)
      await library.record('d-2', library.requestFor('unready', both))
      expect(await told({ model: 'unready' })).to.match(/^409 model: the packaged model unready is Creating/)
      const put = async (seed: number) => {
        const Body = await buildTarball([['Stable-diffusion/c.safetensors', smallCheckpoint(seed)]])
        await s3.send(new PutObjectCommand({ Bucket: library.bucket, Key: 'packs/r.tar.gz', Body }))
      }
      await put(1)
      const source = { bucket: library.bucket, key: 'packs/r.tar.gz' }
      await library.make('d-3', library.requestFor('replaced', {}, { source }))
      await put(2)
      expect(await told({ model: 'replaced' })).to.match(/^409 model: the tarball of replaced was replaced/)
      expect(started()).to.deep.equal([])
      expect(Object.keys((await library.read('d-1'))?.uses ?? {})).to.have.length(2)
    })

    it('resolves the files of its model without the library, and others from it', async () => {
      await library.add('v-1', { name: 'other.safetensors', bytes: smallCheckpoint(7) })
      const packaged = await packagedFilesOf(library.modelsTable, { modelId: 'd-1' })
      const shelves = { checkpointsTable: library.checkpointsTable, packaged }
      const asked = { 'Stable-diffusion': ['castle.safetensors', 'other.safetensors'], Lora: ['l-1'], VAE: ['None'] }
      const found = await resolveModels(shelves, ada, asked)
      expect(found['Stable-diffusion']).to.deep.equal([
        { id: 'd-1', model_name: 'castle.safetensors', s3: '', type: 'Stable-diffusion' },
        {
          id: 'v-1',
          model_name: 'other.safetensors',
          s3: 's3://library/Stable-diffusion/checkpoint/custom/v-1',
          type: 'Stable-diffusion',
        },
      ])
      expect(found.Lora).to.deep.equal([{ id: 'd-1', model_name: 'hat.safetensors', s3: '', type: 'Lora' }])
      await confirmModels('no-such-table', { Lora: found.Lora! })
      expect(await packagedFilesOf(library.modelsTable, {})).to.equal(undefined)
    })
  })

  describe('DELETE /models/{id}', () => {
    const remove = (id: string, more: Json = {}) => call('DELETE /models/{id}', { id, ...more })
    const endpoint = (id: string, more: Json) =>
      library.putItem(library.endpointsTable, { id, list: 'endpoints', name: `ep-${id}`, ...more })
    const use = async (modelId: string, uses: Json) =>
      library.putItem(library.modelsTable, { ...(await library.read(modelId)), uses })

    it('deletes SageMaker’s model, every object and the record, gives the name back and keeps the sources', async () => {
      await library.make('x-1', library.requestFor('going', both))
      const { status } = await remove('x-1')
      expect(status).to.equal(204)
      expect(await library.keys('models/going/')).to.deep.equal([])
      expect(await library.read('x-1')).to.equal(undefined)
      expect(await findNameHolder(library.modelsTable, 'going')).to.equal(undefined)
      expect(await library.keys('Stable-diffusion/checkpoint/custom/c-1/')).to.have.length(1)
      expect((await remove('x-1')).status).to.equal(404)
    })

    it('is done to its end when it broke off before', async () => {
      await library.make('x-2', library.requestFor('halfway', both))
      ;(sagemaker.send as sinon.SinonStub).rejects(Object.assign(new Error('away'), { name: 'ServiceUnavailable' }))
      expect((await remove('x-2')).status).to.equal(503)
      expect((await library.read('x-2'))?.status).to.equal('Deleting')
      ;(sagemaker.send as sinon.SinonStub).resolves({})
      expect((await remove('halfway')).status).to.equal(204)
      expect(await library.keys('models/halfway/')).to.deep.equal([])
    })

    it('refuses while an endpoint runs it or is about to, and names it', async () => {
      await library.make('x-3', library.requestFor('used', both))
      const now = new Date().toISOString()
      await endpoint('u-1', { status: 'InService' })
      await use('x-3', { 'u-1': '2026-01-01T00:00:00.000Z' })
      const live = await remove('x-3')
      expect([live.status, live.body.message]).to.deep.equal([
        409,
        'The endpoint ep-u-1 runs the model used: delete the endpoint first',
      ])
      await endpoint('u-1', { status: 'Deleted', goneAt: now })
      await use('x-3', { 'u-1': now, 'u-2': now })
      expect((await remove('x-3')).body.message).to.contain('The endpoint u-2 runs')
      await endpoint('u-3', { status: 'Failed' })
      await use('x-3', { 'u-3': now })
      expect((await remove('x-3')).status).to.equal(409)
      await endpoint('u-3', { status: 'Failed', goneAt: now })
      await use('x-3', { 'u-1': now, 'u-2': '2026-01-01T00:00:00.000Z', 'u-3': now })
      expect((await remove('x-3')).status).to.equal(204)
    })

    it('stops one that is being made, and leaves the cleaning up to its announcement', async () => {
      await library.record('x-4', library.requestFor('stopping', both))
      toStates.callsFake(async (command: unknown) => {
        expect(command).to.be.instanceOf(StopExecutionCommand)
        return {}
      })
      const { status, body } = await remove('x-4')
      expect([status, body.message]).to.deep.equal([202, 'the model is being stopped'])
      expect((await library.read('x-4'))?.status).to.equal('Creating')
      expect(toStates.firstCall.args[0].input).to.deep.include({ executionArn: `${MACHINE}:x-4`, error: 'Stopped' })
    })

    it('removes a leftover without an execution, and one that failed', async () => {
      await library.record('x-5', library.requestFor('leftover', both))
      await library.resolve('x-5')
      await library.copy('x-5', { file: 0 })
      expect((await remove('x-5')).status).to.equal(204)
      expect(await library.keys('models/leftover/')).to.deep.equal([])
      expect(await findNameHolder(library.modelsTable, 'leftover')).to.equal(undefined)
      expect(await library.read('x-5')).to.equal(undefined)
    })

    it('is not for those who may not see it', async () => {
      await library.make('x-6', library.requestFor('ours', both))
      const { Item } = await dynamodb.send(new GetCommand({ TableName: library.modelsTable, Key: { id: 'x-6' } }))
      await library.putItem(library.modelsTable, { ...Item, allowedRolesOrUsers: ['artists'] })
      expect((await remove('x-6', { caller: stranger })).status).to.equal(404)
      expect((await remove('x-6', { caller: null })).status).to.equal(403)
      expect(await library.keys('models/ours/')).to.have.length(3)
    })
  })
})
