import '../../support/product-environment.ts'
import { expect } from 'chai'
import sinon from 'sinon'
import { awaitInference } from '../../../functions/api/generate/await-inference.ts'
import { handler as door } from '../../../functions/api/generate/handler.ts'
import { handler } from '../../../functions/api/inferences/handler.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import { inferenceLibrary } from '../../support/inference-library.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
type Json = Record<string, any>

const admin = { username: 'admin', roles: ['IT Operator'], permissions: ['inference:all'] }
const stranger = { username: 'stranger', roles: ['Guests'], permissions: ['inference:all'] }
const order = {
  task_type: 'txt2img',
  inference_type: 'Async',
  models: { 'Stable-diffusion': ['pocket-base.safetensors'] },
}
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/

describe('The inference routes on real tables and a real bucket', () => {
  let library: LibraryFixture
  let shelf: ReturnType<typeof inferenceLibrary>
  let toStates: sinon.SinonStub

  before(async () => {
    library = await startLibrary()
    shelf = inferenceLibrary(library)
    await shelf.endpoint('e-1')
    await shelf.checkpoint('c-1', 'pocket-base.safetensors')
    await shelf.checkpoint('c-22', 'hidden-pocket.safetensors', { allowedRolesOrUsers: ['Others'] })
  })
  after(() => library.stop())
  beforeEach(() => {
    toStates = sinon.stub(states, 'send').resolves({} as never)
  })
  afterEach(() => sinon.restore())

  async function call(
    route: string,
    { body, id, query, caller = admin }: { body?: Json; id?: string; query?: Json; caller?: typeof admin | null } = {},
  ) {
    const [method = '', resource = ''] = route.split(' ')
    const answer = await handler({
      httpMethod: method,
      resource,
      path: resource,
      pathParameters: id === undefined ? null : { id },
      queryStringParameters: query ?? null,
      body: body === undefined ? null : JSON.stringify(body),
      requestContext: { requestId: 'r-1', authorizer: caller && toAuthorizerContext(caller) },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body) as Json }
  }

  const create = (more: Json = {}, caller = admin) => call('POST /inferences', { body: { ...order, ...more }, caller })
  const started = (): Json[] => toStates.args.map(([command]) => command.input)

  describe('POST /inferences', () => {
    it('makes an inference that waits for its parameters, with the contract’s reply', async () => {
      const { status, body } = await create({ models: { ...order.models, VAE: ['Automatic'], embeddings: [] } })
      expect(status, JSON.stringify(body)).to.equal(201)
      const { inference } = body.data
      expect(Object.keys(inference)).to.deep.equal([
        'id',
        'type',
        'api_params_s3_location',
        'api_params_s3_upload_url',
        'models',
      ])
      expect(inference.models).to.deep.equal([
        { id: 'c-1', name: ['pocket-base.safetensors'], type: 'Stable-diffusion' },
        { id: 'VAE', name: ['Automatic'], type: 'VAE' },
      ])
      expect(inference.api_params_s3_location).to.equal(`s3://library/txt2img/infer_v2/${inference.id}/api_param.json`)
      expect(toStates.callCount).to.equal(0)
      const put = await fetch(inference.api_params_s3_upload_url, { method: 'PUT', body: '{"prompt":"x"}' })
      expect(put.status).to.equal(200)
      expect((await shelf.readObject(`txt2img/infer_v2/${inference.id}/api_param.json`)).bytes.toString()).to.equal(
        '{"prompt":"x"}',
      )
    })

    it('starts at once with the parameters in the body, Infinity and all', async () => {
      const payload = '{"prompt": "a \\"red\\"\\ncircle <b> 🏰", "s_tmax": Infinity}'
      const { status, body } = await create({ payload_string: payload, notify: true })
      expect(status, JSON.stringify(body)).to.equal(202)
      const { inference_id: id, ...rest } = body.data.inference
      expect(rest).to.deep.equal({ status: 'inprogress', endpoint_name: 'darkroom-test-async-e-1' })
      expect(started()).to.deep.equal([
        {
          stateMachineArn: process.env.ASYNC_INFERENCE_MACHINE_ARN,
          name: id,
          input: JSON.stringify({ id, requestedBy: 'admin', request: { taskType: 'txt2img' } }),
        },
      ])
      expect((await shelf.readObject(`txt2img/infer_v2/${id}/api_param.json`)).bytes.toString()).to.equal(payload)
      expect(await shelf.read(id)).to.deep.include({ status: 'created', prompt: 'a "red" circle <b> 🏰', notify: true })
    })

    const refusals: [string, Json, number, RegExp][] = [
      ['a payload that is no JSON', { payload_string: '{' }, 400, /payload_string must be valid json string/],
      ['a payload that is a list', { payload_string: '[1]' }, 400, /payload_string is not a JSON object/],
      ['a parameter out of range', { payload_string: '{"steps":1000}' }, 400, /^steps is 1000/],
      ['an unknown task', { task_type: 'paint' }, 400, /task_type is "paint": give one of txt2img/],
      ['Serverless', { inference_type: 'Serverless' }, 400, /Serverless is not supported/],
      ['an unknown endpoint', { sagemaker_endpoint_name: 'nowhere' }, 404, /no sagemaker endpoint nowhere/],
      [
        'no endpoint of that type',
        { inference_type: 'Real-time' },
        400,
        /no available Real-time endpoints for user "admin"/,
      ],
      [
        'an endpoint of another type',
        { inference_type: 'Real-time', sagemaker_endpoint_name: 'darkroom-test-async-e-1' },
        400,
        /endpoint of type Async/,
      ],
      [
        'models that are not there, each by name',
        { models: { 'Stable-diffusion': ['a.safetensors'], Lora: ['b.safetensors'] } },
        400,
        /checkpoint with name a.safetensors, type Stable-diffusion is not found checkpoint with name b.safetensors, type Lora is not found/,
      ],
      [
        'a model of another role',
        { models: { 'Stable-diffusion': ['hidden-pocket.safetensors'] } },
        400,
        /hidden-pocket.* not found/,
      ],
      ['a model of another type', { models: { Lora: ['pocket-base.safetensors'] } }, 400, /type Lora is not found/],
      ['notify in words', { notify: 'yes' }, 400, /^notify is not a boolean/],
    ]
    for (const [what, more, status, message] of refusals) {
      it(`refuses ${what}, and records nothing`, async () => {
        const before = (await library.items(library.inferencesTable)).length
        const answer = await create(more)
        expect(answer.body.message).to.match(message)
        expect(answer.status).to.equal(status)
        expect((await library.items(library.inferencesTable)).length).to.equal(before)
      })
    }

    it('gives nobody an endpoint that is another role’s', async () => {
      expect((await create({}, stranger)).body.message).to.equal('no available Async endpoints for user "stranger"')
      const named = await create({ sagemaker_endpoint_name: 'darkroom-test-async-e-1' }, stranger)
      expect(named.status).to.equal(404)
    })

    it('takes the endpoint that has waited longest, and none that is not in service', async () => {
      await shelf.endpoint('e-busy', { roles: ['*'], lastUsedAt: '2026-03-02T11:00:00.000Z' })
      await shelf.endpoint('e-failed', { status: 'Failed', roles: ['*'] })
      const fresh = await create()
      expect((await shelf.read(fresh.body.data.inference.id))?.endpointId).to.equal('e-1')
      const named = await create({ sagemaker_endpoint_name: 'darkroom-test-async-e-failed' })
      expect(named.body.message).to.equal('sagemaker endpoint is not ready with status: Failed')
    })
  })

  describe('PUT /inferences/{id}/start', () => {
    it('starts once, answers the same again, and again when it has long ended', async () => {
      const id = (await create()).body.data.inference.id
      const first = await call('PUT /inferences/{id}/start', { id })
      expect(first.status, JSON.stringify(first.body)).to.equal(202)
      expect(first.body.data.inference).to.deep.include({ inference_id: id, status: 'inprogress' })
      toStates.rejects(Object.assign(new Error('there is one'), { name: 'ExecutionAlreadyExists' }))
      const second = await call('PUT /inferences/{id}/start', { id })
      expect(second).to.deep.equal(first)
      await shelf.inference(id, { status: 'succeed', imageNames: ['image_0.png'] })
      toStates.resetHistory()
      const third = await call('PUT /inferences/{id}/start', { id })
      expect(third.status).to.equal(202)
      expect(third.body.data.inference.status).to.equal('succeed')
      expect(toStates.callCount).to.equal(0)
    })

    it('shows an inference in progress as soon as it was started, for clients poll until that ends', async () => {
      const id = (await create()).body.data.inference.id
      const status = async () => (await call('GET /inferences/{id}', { id, caller: null })).body.data.status
      expect(await status()).to.equal('created')
      await call('PUT /inferences/{id}/start', { id })
      expect(await status()).to.equal('inprogress')
    })

    it('says 404 for an unknown one and for another’s', async () => {
      expect((await call('PUT /inferences/{id}/start', { id: 'nowhere' })).status).to.equal(404)
      const id = (await create()).body.data.inference.id
      expect((await call('PUT /inferences/{id}/start', { id, caller: stranger })).status).to.equal(404)
    })

    it('says 503 when the execution cannot be started, and starts it the next time', async () => {
      const id = (await create()).body.data.inference.id
      toStates.rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
      expect((await call('PUT /inferences/{id}/start', { id })).status).to.equal(503)
      toStates.resolves({})
      expect((await call('PUT /inferences/{id}/start', { id })).status).to.equal(202)
    })
  })

  describe('GET /inferences/{id}', () => {
    it('works with the API key alone and leads to the images', async () => {
      await shelf.inference('g-1', {
        status: 'succeed',
        completedAt: '2026-03-02T10:15:20.123Z',
        imageNames: ['image_0.png', 'image_1.gif'],
        models: { 'Stable-diffusion': [{ id: 'c-1', model_name: 'a', s3: 's3://x', type: 'Stable-diffusion' }] },
        outputLocation: 's3://library/sagemaker_output/g-1.out',
        taskToken: 'secret',
        notice: { outcome: 'Completed' },
      })
      await shelf.putObject('out/g-1/result/image_1.gif', 'GIF89a')
      const { status, body } = await call('GET /inferences/{id}', { id: 'g-1', caller: null })
      expect(status).to.equal(200)
      const { data } = body
      expect(data.img_presigned_urls).to.have.length(2)
      expect(await (await fetch(data.img_presigned_urls[1])).text()).to.equal('GIF89a')
      expect(data.output_presigned_urls).to.have.length(1)
      expect(data.output_presigned_urls[0]).to.contain('/out/g-1/result/g-1_param.json')
      expect(data).to.deep.include({
        InferenceJobId: 'g-1',
        status: 'succeed',
        taskType: 'txt2img',
        inference_type: 'Async',
        owner_group_or_role: ['admin'],
        createTime: '2026-03-02 10:15:00.000000',
        startTime: '2026-03-02 10:15:01.000000',
        completeTime: '2026-03-02 10:15:20.123000',
        image_names: ['image_0.png', 'image_1.gif'],
      })
      expect(data.params).to.include({
        input_body_s3: 's3://library/txt2img/infer_v2/g-1/api_param.json',
        sagemaker_inference_endpoint_id: 'e-1',
        sagemaker_inference_endpoint_name: 'darkroom-test-async-e-1',
        output_path: 's3://library/sagemaker_output/g-1.out',
      })
      expect(JSON.stringify(data)).not.to.contain('secret')
      expect(data).not.to.have.any.keys('sagemakerRaw', 'payload_string', 'notice', 'list', 'taskToken')
    })

    it('omits the times that are not there, and keeps the form of those that are', async () => {
      const id = (await create()).body.data.inference.id
      const { data } = (await call('GET /inferences/{id}', { id, caller: null })).body
      expect(data.createTime).to.match(TIME)
      expect(data).not.to.have.any.keys('startTime', 'completeTime')
      expect(data.img_presigned_urls).to.deep.equal([])
    })

    it('tells why one failed', async () => {
      const reason = { error: 'OutOfMemory', cause: 'too big' }
      await shelf.inference('g-2', { status: 'failed', reason, sagemakerRaw: 'OutOfMemory: too big' })
      const { data } = (await call('GET /inferences/{id}', { id: 'g-2', caller: null })).body
      expect(data).to.deep.include({ status: 'failed', sagemakerRaw: 'OutOfMemory: too big', reason })
    })

    it('says 404 in the contract’s words', async () => {
      const { status, body } = await call('GET /inferences/{id}', { id: 'nowhere', caller: null })
      expect([status, body.message]).to.deep.equal([404, 'inference with id nowhere not found'])
    })
  })

  describe('GET /inferences', () => {
    before(async () => {
      for (let n = 0; n < 7; n++) {
        const owner = n % 2 === 0 ? 'admin' : 'somebody'
        await shelf.inference(`l-${n}`, {
          taskType: 'img2img',
          createdAt: `2026-03-02T10:1${n}:00.000Z`,
          ownerRolesOrUsers: [owner],
        })
      }
    })

    it('lists one task, newest first, in full pages although others’ lie between', async () => {
      const pages: string[][] = []
      let cursor: string | null | undefined
      while (cursor !== null) {
        const query = { type: 'img2img', limit: '3', ...(cursor ? { exclusive_start_key: cursor } : {}) }
        const { status, body } = await call('GET /inferences', { query })
        expect(status, JSON.stringify(body)).to.equal(200)
        pages.push(body.data.inferences.map((row: Json) => row.InferenceJobId))
        cursor = body.data.last_evaluated_key
      }
      expect(pages).to.deep.equal([['l-6', 'l-4', 'l-2'], ['l-0']])
    })

    it('gives each row every attribute, with null for what is absent', async () => {
      const { body } = await call('GET /inferences', { query: { type: 'img2img', limit: '1' } })
      const [row] = body.data.inferences
      expect(row).to.include({ InferenceJobId: 'l-6', completeTime: null, sagemakerRaw: null, payload_string: null })
      expect(row.startTime).to.match(TIME)
    })

    it('shows the default task, and refuses what it does not know', async () => {
      const { body } = await call('GET /inferences')
      expect(body.data.inferences.every((row: Json) => row.taskType === 'txt2img')).to.equal(true)
      for (const query of [{ type: 'paint' }, { limit: '0' }, { exclusive_start_key: 'x' }, { username: 'nobody' }]) {
        expect((await call('GET /inferences', { query })).status, JSON.stringify(query)).to.equal(400)
      }
    })
  })

  describe('DELETE /inferences', () => {
    it('removes record, parameters, request, reply and images, and passes over what is not the caller’s', async () => {
      await shelf.inference('d-1', { status: 'succeed', outputLocation: 's3://library/sagemaker_output/d-1-x.out' })
      await shelf.inference('d-2', { ownerRolesOrUsers: ['somebody'] })
      const objects = [
        'txt2img/infer_v2/d-1/api_param.json',
        'inference_input/d-1.json',
        'sagemaker_output/d-1-x.out',
        'out/d-1/result/image_0.png',
        'out/d-1/result/d-1_param.json',
      ]
      for (const key of [...objects, 'out/d-10/result/image_0.png']) await shelf.putObject(key, 'x')
      const body = { inference_id_list: ['d-1', 'd-1', 'd-2', 'nowhere'] }
      const answer = await call('DELETE /inferences', { body })
      expect([answer.status, answer.body.message]).to.deep.equal([204, 'inferences deleted'])
      expect(await shelf.read('d-1')).to.equal(undefined)
      expect(await shelf.read('d-2')).not.to.equal(undefined)
      const left = await shelf.keys()
      expect(left.filter((key) => objects.includes(key))).to.deep.equal([])
      expect(left).to.include('out/d-10/result/image_0.png')
      expect(toStates.callCount).to.equal(0)
    })

    it('stops one that runs', async () => {
      await shelf.inference('d-3')
      await call('DELETE /inferences', { body: { inference_id_list: ['d-3'] } })
      expect(started()).to.deep.equal([
        {
          executionArn: 'arn:aws:states:us-east-1:000000000000:execution:async-inference:d-3',
          error: 'Stopped',
          cause: 'Deleted by admin',
        },
      ])
      expect(await shelf.read('d-3')).to.equal(undefined)
    })

    it('refuses a body without ids, and a caller without a name', async () => {
      expect((await call('DELETE /inferences', { body: { inference_id_list: [] } })).status).to.equal(400)
      const answer = await call('DELETE /inferences', { body: { inference_id_list: ['x'] }, caller: null })
      expect(answer.status).to.equal(403)
    })
  })

  describe('the simple door', () => {
    /** The machine, as far as the door sees it. */
    function endAll(more: Json): void {
      toStates.callsFake(async (command: Json) => {
        const { id } = JSON.parse(command.input.input)
        const record = await shelf.read(id)
        await shelf.inference(id, { ...record, ...more })
        return {}
      })
    }

    async function knock(resource: string, more: Json = {}) {
      const { method = 'GET', ...rest } = more
      const answer = await door({
        httpMethod: method,
        resource,
        path: resource,
        pathParameters: null,
        queryStringParameters: null,
        requestContext: { requestId: 'r-1', authorizer: null },
        ...rest,
      })
      return { status: answer.statusCode, headers: answer.headers, body: answer.body }
    }

    it('answers a prompt in the path with the picture, for the API key alone', async () => {
      endAll({ status: 'succeed', imageNames: ['image_0.png'] })
      const { status, body } = await knock('/generate/{prompt}', {
        pathParameters: { prompt: 'a%20"red"%20<circle>%0A🏰' },
      })
      expect(status, body).to.equal(200)
      const { data } = JSON.parse(body)
      expect(data).to.include({ status: 'succeed', prompt: 'a "red" <circle> 🏰' })
      expect(data.images[0]).to.contain(`/out/${data.id}/result/image_0.png`)
      const record = await shelf.read(data.id)
      expect(record).to.deep.include({ ownerRolesOrUsers: [], notify: false })
      expect(JSON.parse(record?.payloadString ?? '')).to.deep.equal({ prompt: 'a "red" <circle>\n🏰' })
      expect(record?.models['Stable-diffusion']?.[0]?.model_name).to.match(/pocket/)
    })

    it('answers the default, a surprise, a prompt in the query and an earlier picture', async () => {
      endAll({ status: 'succeed', imageNames: ['image_0.png'] })
      const promptOf = async (resource: string, more: Json = {}) =>
        JSON.parse((await knock(resource, more)).body).data.prompt
      expect(await promptOf('/generate/default')).to.contain('astronaut')
      expect(await promptOf('/generate'))
        .to.be.a('string')
        .with.length.above(5)
      expect(await promptOf('/generate', { queryStringParameters: { prompt: 'a star' } })).to.equal('a star')
      await shelf.inference('door-1', { status: 'succeed', prompt: 'before' })
      expect(await promptOf('/generate', { queryStringParameters: { id: 'door-1' } })).to.equal('before')
    })

    it('answers POST /text2image in exactly the JumpStart solution’s form', async () => {
      endAll({ status: 'succeed', imageNames: ['image_0.png'] })
      const post = (body: Json) => knock('/text2image', { method: 'POST', body: JSON.stringify(body) })
      const good = await post({ text: 'astronaut on a "horse"' })
      const parsed = JSON.parse(good.body)
      expect(good.status).to.equal(200)
      expect(Object.keys(parsed)).to.deep.equal(['statusCode', 'body'])
      expect(parsed.statusCode).to.equal(200)
      expect(parsed.body).to.match(/^https?:\/\/.*image_0\.png/)
      const readme = await post({ predictions: [{ prompt: 'x' }] })
      expect(readme.status).to.equal(400)
      expect(readme.body).to.contain('predictions')
    })

    it('shows a failure as one, in every form', async () => {
      endAll({ status: 'failed', reason: { error: 'OutOfMemory', cause: 'too <big>' } })
      expect((await knock('/generate/default')).status).to.equal(502)
      const page = await knock('/generate/default', { headers: { Accept: 'text/html' } })
      expect([page.status, page.body.includes('too &lt;big&gt;')]).to.deep.equal([502, true])
    })

    it('waits twenty seconds by its clock, and as long as that only while nothing has ended', async () => {
      let now = 0
      const sleep = async (milliseconds: number) => {
        now += milliseconds
      }
      const wait = (id: string) => awaitInference(library.inferencesTable, id, { clock: { now: () => now }, sleep })
      await shelf.inference('door-2')
      expect((await wait('door-2')).status).to.equal('inprogress')
      expect(now).to.equal(20_000)
      await shelf.inference('door-2', { status: 'failed' })
      expect((await wait('door-2')).status).to.equal('failed')
      expect(now).to.equal(20_000)
    })

    it('says in a page what it refuses', async () => {
      const page = await knock('/generate/{prompt}', {
        pathParameters: { prompt: 'x' },
        queryStringParameters: { endpoint: '<nowhere>' },
        headers: { accept: 'text/html' },
      })
      expect(page.status).to.equal(404)
      expect(page.headers['Content-Type']).to.contain('text/html')
      expect(page.body).to.contain('&lt;nowhere&gt;')
    })
  })
})
