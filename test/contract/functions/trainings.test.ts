import '../../support/product-environment.ts'
import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../functions/api/trainings/handler.ts'
import { logs } from '../../../functions/shared/aws/logs.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import type { TrainingRecord } from '../../../functions/shared/trainings/training-record.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'
import { CHECKPOINT_ID, fakeJobs, jobOf, trainingLibrary } from '../../support/training-library.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
type Json = Record<string, any>

const anna = { username: 'anna', roles: ['artists'], permissions: ['train:all'] }
const bob = { username: 'bob', roles: ['others'], permissions: ['train:all'] }
const admin = { username: 'admin', roles: ['IT Operator'], permissions: ['train:all', 'user:all'] }
const named = (name: string): Error => Object.assign(new Error(name), { name })

const body = {
  name: 'corgi',
  base: 'base.safetensors',
  dataset: 'dogs',
  method: 'dreambooth',
  instancePrompt: 'a sks dog',
}
const contractBody = {
  lora_train_type: 'kohya',
  params: {
    training_params: {
      training_instance_type: 'ml.g5.2xlarge',
      model: 'base.safetensors',
      dataset: 'dogs',
      fm_type: 'sd_xl',
    },
    config_params: {
      saving_arguments: { output_name: 'contract', save_every_n_epochs: 1 },
      training_arguments: { max_train_epochs: 10, clip_skip: 2 },
    },
  },
}

describe('The training routes on real tables', () => {
  let library: LibraryFixture
  let shelf: ReturnType<typeof trainingLibrary>
  let jobs: ReturnType<typeof fakeJobs>
  let toStates: sinon.SinonStub
  let toLogs: sinon.SinonStub
  let execution: Json | undefined

  beforeEach(async () => {
    library = await startLibrary()
    shelf = trainingLibrary(library)
    jobs = fakeJobs()
    execution = undefined
    toStates = sinon.stub(states, 'send')
    toStates.callsFake((async (command: unknown) => {
      if (command instanceof StartExecutionCommand) return { executionArn: 'arn' }
      if (command instanceof StopExecutionCommand) return {}
      if (execution) return execution
      throw named('ExecutionDoesNotExist')
    }) as never)
    toLogs = sinon.stub(logs, 'send').rejects(named('ResourceNotFoundException'))
    await shelf.checkpoint('base', 'base.safetensors')
    await shelf.dataset('dogs', ['a.png'])
  })
  afterEach(async () => {
    sinon.restore()
    await library.stop()
  })

  async function call(
    method: string,
    path: string,
    { caller = anna, body: sent, query, headers }: Json = {},
  ): Promise<{ status: number; data: Json; message: string }> {
    const [, id] = /^\/trainings\/([^/]+)/.exec(path) ?? []
    const response = await handler({
      httpMethod: method,
      resource: path.replace(/^(\/trainings)\/[^/]+/, '$1/{id}'),
      path,
      headers: headers ?? {},
      pathParameters: id === undefined ? null : { id },
      queryStringParameters: query ?? null,
      body: sent === undefined ? null : JSON.stringify(sent),
      requestContext: { requestId: 'r', authorizer: caller === null ? {} : toAuthorizerContext(caller) },
    } as never)
    const { data, message } = JSON.parse(response.body)
    return { status: response.statusCode, data, message }
  }

  const commands = (type: new (input: never) => unknown): Json[] =>
    toStates.args.map(([command]) => command).filter((command) => command instanceof type)
  const started = (): Json => JSON.parse(commands(StartExecutionCommand as never)[0]?.input.input)

  const ended = (id: string, more: Partial<TrainingRecord> = {}) =>
    shelf.training(id, { status: 'Failed', endedAt: '2026-03-02T10:20:00.000Z', ...more })

  describe('POST /trainings', () => {
    it('starts the machine under the id and answers in the contract’s form and ours', async () => {
      const { status, data } = await call('POST', '/trainings', { body })
      expect(status).to.equal(201)
      expect(started()).to.deep.equal({ id: data.id, requestedBy: 'anna', request: body })
      expect(commands(StartExecutionCommand as never)[0]?.input).to.include({ name: data.id })
      expect(data).to.deep.include({
        status: 'Training',
        state: 'Preparing',
        name: 'corgi',
        ignored: [],
        input_location: `s3://library/trainings/${data.id}/input`,
      })
      expect(data.created).to.match(/^\d{10}(\.\d+)?$/)
      expect(data.links.self).to.equal(`http://127.0.0.1:3000/dev/trainings/${data.id}`)
      expect(data.links.execution).to.contain(`:execution:train-dreambooth:${data.id}`)
      expect(data.params).to.have.nested.property('config_params.saving_arguments.output_name', 'corgi')
    })

    it('takes the contract’s form, keeps it, and says what it ignores', async () => {
      const { status, data } = await call('POST', '/trainings', { body: contractBody })
      expect(status).to.equal(201)
      expect(data.ignored).to.deep.equal(['config_params.training_arguments.clip_skip'])
      expect(data.params).to.have.nested.property('config_params.training_arguments.clip_skip', '2')
      expect(started().request).to.deep.include({
        name: 'contract',
        method: 'lora',
        epochs: 10,
        expectedFamily: 'sdxl',
      })
    })

    it('takes the key of the header for the id, and answers a repeat with the training as it is', async () => {
      const headers = { 'idempotency-key': 'my-key' }
      expect((await call('POST', '/trainings', { body, headers })).data.id).to.equal('my-key')
      await shelf.training('my-key', { status: 'Training' })
      await shelf.put('Checkpoints', { id: 'name/corgi.safetensors', checkpointId: CHECKPOINT_ID })
      const again = await call('POST', '/trainings', { body, headers })
      expect([again.status, again.data.state]).to.deep.equal([201, 'Training'])
      toStates.rejects(named('ExecutionAlreadyExists'))
      expect((await call('POST', '/trainings', { body, headers })).status).to.equal(409)
      expect((await call('POST', '/trainings', { body, headers: { 'Idempotency-Key': 'a b' } })).status).to.equal(400)
    })

    const refusals: [what: string, change: Json, status: number, words: string][] = [
      ['a base that is not there', { base: 'x' }, 404, 'Model not found'],
      ['a dataset that is not there', { dataset: 'x' }, 404, 'Dataset not found'],
      ['a class dataset that is not there', { classDataset: 'x' }, 404, 'Dataset not found'],
      ['a name that is taken', { name: 'base' }, 409, 'base.safetensors already exists'],
      ['a misspelt field', { stpes: 3 }, 400, 'stpes is not known'],
    ]
    for (const [what, change, status, words] of refusals) {
      it(`refuses ${what} at once`, async () => {
        const answer = await call('POST', '/trainings', { body: { ...body, ...change } })
        expect([answer.status, answer.message.includes(words)], answer.message).to.deep.equal([status, true])
        expect(commands(StartExecutionCommand as never)).to.have.length(0)
      })
    }

    it('shows nobody what is not theirs', async () => {
      expect((await call('POST', '/trainings', { body, caller: bob })).message).to.contain('Dataset not found')
      await shelf.dataset('dogs', ['a.png'], { allowedRolesOrUsers: ['*'] })
      expect((await call('POST', '/trainings', { body, caller: bob })).message).to.contain('Model not found')
      expect((await call('POST', '/trainings', { body, caller: null })).status).to.equal(403)
    })

    it('refuses inputs that cannot be used yet', async () => {
      await shelf.dataset('raw', [], { status: 'Initialed' })
      expect((await call('POST', '/trainings', { body: { ...body, dataset: 'raw' } })).message).to.contain('Initialed')
      await shelf.checkpoint('new', 'new.safetensors', { status: 'Initial' })
      expect((await call('POST', '/trainings', { body: { ...body, base: 'new' } })).status).to.equal(400)
      await shelf.checkpoint('vae', 'vae.safetensors', { type: 'VAE' })
      expect((await call('POST', '/trainings', { body: { ...body, base: 'vae' } })).message).to.contain('of type VAE')
    })
  })

  describe('GET /trainings', () => {
    const create = (index: number, more: Partial<TrainingRecord> = {}) =>
      shelf.training(`t-${index}`, { createdAt: `2026-03-02T10:15:0${index}.000Z`, ...more })

    it('pages through the caller’s own, newest first, each with the path that the WebUI reads', async () => {
      for (const index of [1, 2, 3, 4]) await create(index, index === 3 ? { ownerRolesOrUsers: ['bob'] } : {})
      const first = await call('GET', '/trainings', { query: { limit: '2' } })
      expect(first.data.trainings.map(({ id }: Json) => id)).to.deep.equal(['t-4', 't-2'])
      const query = { limit: '2', exclusive_start_key: first.data.last_evaluated_key }
      const second = await call('GET', '/trainings', { query })
      expect(second.data.trainings.map(({ id }: Json) => id)).to.deep.equal(['t-1'])
      expect(second.data.last_evaluated_key).to.equal(null)
      const all = await call('GET', '/trainings', { caller: admin })
      expect(all.data.trainings).to.have.length(4)
      for (const row of all.data.trainings) {
        expect(row).to.have.nested.property('params.config_params.saving_arguments.output_name')
        expect(row).to.include.keys('modelName', 'status', 'trainType', 'created', 'sagemakerTrainName')
      }
      expect((await call('GET', '/trainings', { query: { exclusive_start_key: 'x' } })).status).to.equal(400)
    })

    it('says the contract’s words', async () => {
      const job = { name: 'j', status: 'InProgress', secondaryStatus: 'Downloading', transitions: [] }
      const reason = { error: 'NoUsableOutput', cause: '' }
      await create(1)
      await create(2, { status: 'Training' })
      await create(3, { status: 'Training', jobName: 'j', job })
      await create(4, { status: 'Succeeded' })
      await create(5, { status: 'Failed' })
      await create(6, { status: 'Failed', reason })
      await create(7, { status: 'TimedOut' })
      await create(8, { status: 'Stopped' })
      const { data } = await call('GET', '/trainings')
      expect(data.trainings.map(({ status }: Json) => status).reverse()).to.deep.equal([
        'Initial',
        'Training',
        'Downloading',
        'Completed',
        'Failed',
        'Fail',
        'Failed',
        'Stopped',
      ])
    })
  })

  describe('GET /trainings/{id}', () => {
    it('shows how far it is, with the last lines of the log', async () => {
      await shelf.training('t', {
        status: 'Training',
        attempt: 2,
        jobName: jobOf('t', 2),
        instanceType: 'ml.g5.xlarge',
      })
      jobs.add('t', 'InProgress', {
        attempt: 2,
        FinalMetricDataList: [{ MetricName: 'train:step', Value: 3 }],
        SecondaryStatusTransitions: [{ Status: 'Training', StartTime: new Date(0) }],
      })
      const asked: Json[] = []
      toLogs.callsFake(async (command: Json) => {
        asked.push(command.input)
        if (command instanceof DescribeLogStreamsCommand) {
          return {
            logStreams: [
              { logStreamName: `${jobOf('t', 2)}/algo-1-1`, creationTime: 1 },
              { logStreamName: `${jobOf('t', 2)}/algo-1-2`, creationTime: 2 },
            ],
          }
        }
        return { events: [{ message: 'progress step=5 of=20 loss=0.25 lr=1e-06 seconds=3\n' }, { message: 'resting' }] }
      })
      const { status, data } = await call('GET', '/trainings/t')
      expect(status).to.equal(200)
      expect(data).to.deep.include({
        id: 't',
        checkpoint_id: CHECKPOINT_ID,
        job_status: 'Training',
        model_id: 'kohya',
        train_type: 'Stable-diffusion',
        status: 'Training',
        state: 'Training',
        log: ['progress step=5 of=20 loss=0.25 lr=1e-06 seconds=3', 'resting'],
      })
      expect(data.progress).to.deep.include({ step: 5, steps: 20, loss: 0.25, attempt: 2, secondaryStatus: 'Training' })
      expect(data.progress.instanceType).to.equal('ml.m5.large')
      expect(asked[0]).to.deep.equal({
        logGroupName: '/aws/sagemaker/TrainingJobs',
        logStreamNamePrefix: `${jobOf('t', 2)}/`,
      })
      expect(asked[1]).to.include({ logStreamName: `${jobOf('t', 2)}/algo-1-2`, startFromHead: false })
    })

    it('shows what the record has where neither the log nor SageMaker answers', async () => {
      const job = { name: jobOf('t'), status: 'InProgress', secondaryStatus: 'Training', transitions: [], step: 9 }
      await shelf.training('t', { status: 'Training', attempt: 1, jobName: jobOf('t'), job })
      jobs.stub.rejects(named('ThrottlingException'))
      toLogs.rejects(named('AccessDeniedException'))
      const { data } = await call('GET', '/trainings/t')
      expect([data.progress.step, data.log]).to.deep.equal([9, []])
    })

    it('does not take an earlier attempt for the one that is about to begin', async () => {
      const job = { name: jobOf('t', 1), status: 'Failed', secondaryStatus: 'Failed', transitions: [], step: 9 }
      await shelf.training('t', { status: 'Training', attempt: 2, jobName: jobOf('t', 2), job })
      const { data } = await call('GET', '/trainings/t')
      expect([data.job_status, data.progress]).to.deep.equal(['Training', { attempt: 2 }])
      expect((await call('GET', '/trainings')).data.trainings[0].status).to.equal('Training')
    })

    it('asks nobody about a job that is over', async () => {
      const job = { name: jobOf('t'), status: 'Completed', secondaryStatus: 'Completed', transitions: [], step: 9 }
      await shelf.training('t', { status: 'Succeeded', attempt: 1, jobName: jobOf('t'), job })
      const { data } = await call('GET', '/trainings/t')
      expect([data.job_status, data.progress.step, jobs.stub.callCount]).to.deep.equal(['Completed', 9, 0])
    })

    it('shows one that its machine has not recorded yet', async () => {
      const input = JSON.stringify({ id: 't', requestedBy: 'anna', request: body })
      execution = { status: 'RUNNING', executionArn: 'arn', startDate: new Date(0), input }
      expect((await call('GET', '/trainings/t')).data).to.include({ status: 'Preparing', job_status: 'Initial' })
      expect((await call('GET', '/trainings/t', { caller: bob })).status).to.equal(404)
      execution = { ...execution, status: 'FAILED' }
      expect((await call('GET', '/trainings/t')).status).to.equal(404)
    })

    it('does not know what is not there, or not the caller’s', async () => {
      await shelf.training('t')
      const stranger = await call('GET', '/trainings/t', { caller: bob })
      expect([stranger.status, stranger.message]).to.deep.equal([404, 'Job with id t not found'])
      expect((await call('GET', `/trainings/${'x'.repeat(81)}`)).status).to.equal(404)
      expect((await call('GET', '/trainings/t', { caller: admin })).status).to.equal(200)
    })
  })

  describe('PUT /trainings/{id}/stop', () => {
    it('stops the execution of one that runs, and answers one that has ended as it is', async () => {
      await shelf.training('t', { status: 'Training' })
      expect((await call('PUT', '/trainings/t/stop')).status).to.equal(202)
      expect(commands(StopExecutionCommand as never)[0]?.input).to.include({
        executionArn: 'arn:aws:states:us-east-1:000000000000:execution:train-dreambooth:t',
        error: 'Stopped',
        cause: 'Stopped by anna',
      })
      await ended('t')
      expect((await call('PUT', '/trainings/t/stop')).status).to.equal(200)
      expect(commands(StopExecutionCommand as never)).to.have.length(1)
      expect((await call('PUT', '/trainings/t/stop', { caller: bob })).status).to.equal(404)
    })

    it('writes the record of one that has none yet, so that its end is told', async () => {
      const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:train-dreambooth:t'
      const input = JSON.stringify({ id: 't', requestedBy: 'anna', request: body })
      execution = { status: 'RUNNING', executionArn, input, startDate: new Date(0) }
      expect((await call('PUT', '/trainings/t/stop')).status).to.equal(202)
      expect(commands(StopExecutionCommand as never)).to.have.length(1)
      expect(await shelf.read('t')).to.deep.include({ status: 'Preparing', executionArn, request: body })
    })

    it('does not mind an execution that has ended meanwhile', async () => {
      await shelf.training('t', { status: 'Training' })
      toStates.rejects(named('ValidationException'))
      expect((await call('PUT', '/trainings/t/stop')).status).to.equal(202)
    })
  })

  describe('DELETE /trainings', () => {
    const remove = (caller: Json, ...ids: string[]) =>
      call('DELETE', '/trainings', { caller, body: { training_id_list: ids } })
    const output = (name: string) => `Stable-diffusion/checkpoint/custom/${CHECKPOINT_ID}/job/output/model/${name}`

    it('takes record and inputs of one that has ended; checkpoint, base and dataset stay', async () => {
      const result = {
        checkpointId: CHECKPOINT_ID,
        names: ['t.safetensors'],
        location: '',
        size: 1,
        unregistered: 0,
      }
      await ended('t', { status: 'Succeeded', result })
      await shelf.putObject('trainings/t/input/config/training.json', '{}')
      await shelf.putObject('trainings/t2/input/config/training.json', '{}')
      await shelf.putObject(output('t.safetensors'), 'model')
      await shelf.putObject('dataset/dogs/a.png', 'picture')
      expect((await remove(anna, 't', 'unknown')).status).to.equal(204)
      expect(await shelf.read('t')).to.equal(undefined)
      expect(await shelf.keys()).to.have.members([
        'trainings/t2/input/config/training.json',
        output('t.safetensors'),
        'dataset/dogs/a.png',
        'Stable-diffusion/checkpoint/custom/base/base.safetensors',
      ])
      expect(commands(StopExecutionCommand as never)).to.have.length(0)
    })

    it('stops one that runs, and its job, and takes what it had half made', async () => {
      await shelf.training('t', { status: 'Training', attempt: 1, jobName: jobOf('t') })
      const job = jobs.add('t', 'InProgress')
      await shelf.put('Checkpoints', { id: 'name/t.safetensors', checkpointId: CHECKPOINT_ID })
      await shelf.putObject(output('t.safetensors'), 'half')
      expect((await remove(anna, 't')).status).to.equal(204)
      expect(commands(StopExecutionCommand as never)[0]?.input.cause).to.equal('Deleted by anna')
      expect(jobs.stopped).to.deep.equal([job])
      expect(await shelf.read('t')).to.equal(undefined)
      expect(await shelf.keys()).to.deep.equal(['Stable-diffusion/checkpoint/custom/base/base.safetensors'])
      expect(await shelf.item('Checkpoints', 'name/t.safetensors')).to.equal(undefined)
    })

    it('passes over what is not the caller’s', async () => {
      await ended('t')
      expect((await remove(bob, 't')).status).to.equal(204)
      expect(await shelf.read('t')).not.to.equal(undefined)
    })

    it('wants a list', async () => {
      expect((await call('DELETE', '/trainings', { body: {} })).status).to.equal(400)
      expect((await remove(anna)).status).to.equal(400)
    })
  })
})
