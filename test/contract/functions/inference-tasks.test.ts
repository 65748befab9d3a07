import '../../support/product-environment.ts'
import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { sagemakerRuntime } from '../../../functions/shared/aws/sagemaker-runtime.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { readEndpoint } from '../../../functions/shared/endpoints/read-endpoint.ts'
import { handler as takeResults } from '../../../functions/subscribers/inference-result/handler.ts'
import { cleanUpInference } from '../../../functions/tasks/clean-up-inference/clean-up-inference.ts'
import { collectImages } from '../../../functions/tasks/collect-images/collect-images.ts'
import { invokeAtOnce } from '../../../functions/tasks/invoke-at-once/invoke-at-once.ts'
import { invokeEndpoint } from '../../../functions/tasks/invoke-endpoint/invoke-endpoint.ts'
import { lookForOutput } from '../../../functions/tasks/look-for-output/look-for-output.ts'
import { prepareRequest } from '../../../functions/tasks/prepare-request/prepare-request.ts'
import { inferenceLibrary, PIXEL } from '../../support/inference-library.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: items and commands are looked into field by field
type Json = Record<string, any>

const startedAt = Date.parse('2026-03-02T10:15:01.000Z')
const image = PIXEL.toString('base64')
let serial = 0

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

describe('The tasks of async-inference on real tables and a real bucket', () => {
  let library: LibraryFixture
  let shelf: ReturnType<typeof inferenceLibrary>
  let toStates: sinon.SinonStub
  let toEndpoint: sinon.SinonStub
  let id: string
  let output: string

  const clock = { now: () => startedAt + 1000 }
  const context = () => ({ ...library, clock })

  before(async () => {
    library = await startLibrary()
    shelf = inferenceLibrary(library)
    await shelf.endpoint('e-1')
    await shelf.endpoint('e-gone', { status: 'Deleted' })
    await shelf.checkpoint('c-1', 'a.safetensors')
  })
  after(() => library.stop())
  beforeEach(async () => {
    serial += 1
    id = `i-${serial}`
    output = `s3://library/sagemaker_output/${id}.out`
    toStates = sinon.stub(states, 'send').resolves({} as never)
    toEndpoint = sinon.stub(sagemakerRuntime, 'send').resolves({
      OutputLocation: output,
      FailureLocation: `s3://library/sagemaker_failures/${id}.out`,
    } as never)
    await shelf.inference(id)
    await shelf.putObject(`txt2img/infer_v2/${id}/api_param.json`, '{"prompt":"a red circle","s_tmax":Infinity}')
  })
  afterEach(() => sinon.restore())

  const sentToStates = (): Json[] => toStates.args.map(([command]) => ({ [command.constructor.name]: command.input }))
  const request = { bucket: 'library', key: 'inference_input/x.json', contentType: 'application/json', accept: 'a/b' }
  const invoke = (taskToken: string) => invokeEndpoint(context(), { id, endpointName: 'e', request, taskToken })

  const message = (more: Json = {}) => ({
    awsRegion: 'us-east-1',
    invocationStatus: 'Completed',
    inferenceId: id,
    requestParameters: { endpointName: 'e', inputLocation: 's3://library/x' },
    responseParameters: { contentType: 'application/json', outputLocation: output },
    ...more,
  })
  const failed = (failureReason: string) =>
    message({ invocationStatus: 'Failed', failureReason, responseParameters: undefined })
  const publish = (...messages: unknown[]) =>
    takeResults({
      Records: messages.map((told) => ({ Sns: { Message: typeof told === 'string' ? told : JSON.stringify(told) } })),
    })

  describe('Prepare request', () => {
    const models = {
      'Stable-diffusion': [{ id: 'c-1', model_name: 'a.safetensors', s3: 's3://l/c-1', type: 'Stable-diffusion' }],
    }

    it('writes the request as one object, and notes the prompt and the use of the endpoint', async () => {
      await shelf.inference(id, { models })
      const prepared = await prepareRequest(context(), id)
      expect(prepared).to.deep.include({ inferenceType: 'Async', endpointName: 'darkroom-test-async-e-1' })
      expect(prepared.request.key).to.equal(`inference_input/${id}.json`)
      const written = JSON.parse((await shelf.readObject(prepared.request.key)).bytes.toString())
      expect(written).to.deep.include({ task: 'txt2img', models, payload_string: null })
      expect(written.param_s3).to.equal(`s3://library/txt2img/infer_v2/${id}/api_param.json`)
      expect((await shelf.read(id))?.prompt).to.equal('a red circle')
      const endpoint = await readEndpoint(library.endpointsTable, 'e-1')
      expect(endpoint?.lastUsedAt).to.equal('2026-03-02T10:15:02.000Z')
      expect(await prepareRequest(context(), id)).to.deep.equal(prepared)
    })

    it('takes the request back when the inference ended while it was being written', async () => {
      const send = s3.send.bind(s3)
      sinon.stub(s3, 'send').callsFake((async (command: Json) => {
        const answer = await send(command as never)
        if (command.input.Key === `inference_input/${id}.json`) await shelf.inference(id, { status: 'failed' })
        return answer
      }) as never)
      expect((await failure(prepareRequest(context(), id))).name).to.equal('InferenceNotFound')
      expect(await shelf.keys(`inference_input/${id}.json`)).to.deep.equal([])
    })

    const refusals: [string, () => Promise<unknown>, string, RegExp][] = [
      [
        'an endpoint that was deleted',
        () => shelf.inference(id, { endpointId: 'e-gone' }),
        'EndpointNotInService',
        /it is Deleted/,
      ],
      [
        'an endpoint that nobody knows',
        () => shelf.inference(id, { endpointId: 'nowhere' }),
        'EndpointNotInService',
        /not in service/,
      ],
      [
        'a model that was renamed',
        () =>
          shelf.inference(id, {
            models: { VAE: [{ id: 'c-1', model_name: 'old.safetensors', s3: 's', type: 'VAE' }] },
          }),
        'CheckpointNotFound',
        /old.safetensors/,
      ],
      [
        'parameters that were never uploaded',
        () => shelf.inference(id, { inputKey: 'txt2img/infer_v2/nowhere/api_param.json' }),
        'InvalidRequest',
        /never uploaded/,
      ],
      [
        'parameters that are no JSON',
        () => shelf.putObject(`txt2img/infer_v2/${id}/api_param.json`, 'prompt=x'),
        'InvalidRequest',
        /must be valid json/,
      ],
      [
        'a parameter out of range',
        () => shelf.putObject(`txt2img/infer_v2/${id}/api_param.json`, '{"steps":0}'),
        'InvalidRequest',
        /^steps is 0/,
      ],
    ]
    for (const [what, change, name, text] of refusals) {
      it(`refuses ${what}`, async () => {
        await change()
        const error = await failure(prepareRequest(context(), id))
        expect(error.name).to.equal(name)
        expect(error.message).to.match(text)
      })
    }
  })

  describe('Invoke endpoint and the results of its topics', () => {
    it('keeps the token before it invokes, with the inference’s id', async () => {
      toEndpoint.callsFake(async () => {
        expect((await shelf.read(id))?.taskToken).to.equal('token-1')
        return { OutputLocation: output }
      })
      await invoke('token-1')
      expect(toEndpoint.firstCall.args[0].input).to.deep.include({
        EndpointName: 'e',
        InferenceId: id,
        InputLocation: 's3://library/inference_input/x.json',
        ContentType: 'application/json',
        Accept: 'a/b',
      })
      expect(await shelf.read(id)).to.deep.include({ outputLocation: output })
    })

    it('gives the token back with the output, and again when the message comes twice', async () => {
      await invoke('token-1')
      await publish(message())
      await publish(message())
      const success = {
        SendTaskSuccessCommand: { taskToken: 'token-1', output: JSON.stringify({ outputLocation: output }) },
      }
      expect(sentToStates()).to.deep.equal([success, success])
    })

    it('queues nothing twice when it is entered again, but takes the new token', async () => {
      await invoke('token-1')
      await invoke('token-2')
      expect(toEndpoint.callCount).to.equal(1)
      await publish(message())
      expect(toStates.firstCall.args[0].input.taskToken).to.equal('token-2')
    })

    it('gives a result that came while nobody waited to the next token', async () => {
      await invoke('token-1')
      toStates.onFirstCall().rejects(Object.assign(new Error('too late'), { name: 'TaskTimedOut' }))
      await publish(message())
      await invoke('token-2')
      expect(toStates.secondCall.args[0].input.taskToken).to.equal('token-2')
      expect(toEndpoint.callCount).to.equal(1)
    })

    it('keeps the first news: a failure after the success, or the other way round, changes nothing', async () => {
      await invoke('token-1')
      await publish(message())
      await publish(failed('late'))
      expect(sentToStates().every((sent) => 'SendTaskSuccessCommand' in sent)).to.equal(true)
      expect((await shelf.read(id))?.notice?.outcome).to.equal('Completed')
    })

    it('takes two deliveries at once', async () => {
      await invoke('token-1')
      await Promise.all([publish(message()), publish(message()), publish(failed('x'))])
      const outcomes = new Set(sentToStates().map((sent) => Object.keys(sent)[0]))
      expect(outcomes.size).to.equal(1)
    })

    it('tells the container’s own failure, from the message or from the failure object', async () => {
      await invoke('token-1')
      await publish(
        failed('Received server error (507) with message "{"error":{"name":"OutOfMemory","message":"too big"}}"'),
      )
      expect(sentToStates()).to.deep.equal([
        { SendTaskFailureCommand: { taskToken: 'token-1', error: 'OutOfMemory', cause: 'too big' } },
      ])
      const other = `i-${++serial}`
      await shelf.inference(other, { taskToken: 't', failureLocation: `s3://library/sagemaker_failures/${other}.out` })
      await shelf.putObject(
        `sagemaker_failures/${other}.out`,
        '{"error":{"name":"ModelNotFound","message":"b.safetensors"}}',
      )
      await publish({ ...failed('ClientError: see the log'), inferenceId: other })
      expect(toStates.lastCall.args[0].input).to.deep.equal({
        taskToken: 't',
        error: 'ModelNotFound',
        cause: 'b.safetensors',
      })
    })

    it('ignores what has ended, what is unknown and what is no result', async () => {
      await shelf.inference(id, { status: 'succeed', taskToken: 't' })
      const before = await shelf.read(id)
      await publish(
        failed('late'),
        message({ inferenceId: 'nowhere' }),
        'EndPoint Creation job completed',
        '{}',
        'null',
      )
      expect(toStates.callCount).to.equal(0)
      expect(await shelf.read(id)).to.deep.equal(before)
      expect(await shelf.read('nowhere')).to.equal(undefined)
    })

    it('throws to have the event again when Step Functions does not answer', async () => {
      await invoke('token-1')
      toStates.rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }))
      expect((await failure(publish(message()))).name).to.equal('TransientError')
    })

    it('does not invoke for an inference that was deleted', async () => {
      const gone = invokeEndpoint(context(), { id: 'nowhere', endpointName: 'e', request, taskToken: 't' })
      expect((await failure(gone)).name).to.equal('InferenceNotFound')
      expect(toEndpoint.callCount).to.equal(0)
      expect(await shelf.read('nowhere')).to.equal(undefined)
    })

    it('says that the endpoint is gone when SageMaker does not find it', async () => {
      toEndpoint.rejects(Object.assign(new Error('Endpoint e of account 0 not found.'), { name: 'ValidationError' }))
      expect((await failure(invoke('t'))).name).to.equal('EndpointNotInService')
      expect(await shelf.read(id)).not.to.have.property('invokedAt')
    })
  })

  describe('Look for output', () => {
    const look = (now = clock.now()) => lookForOutput({ ...library, clock: { now: () => now } }, id)

    it('finds the object, or what a notification has told', async () => {
      await shelf.inference(id, { outputLocation: output })
      expect(await look()).to.deep.equal({ found: false })
      await shelf.putObject(`sagemaker_output/${id}.out`, '{}')
      expect(await look()).to.deep.equal({ found: true, outputLocation: output })
      await shelf.inference(id, { notice: { outcome: 'Completed', location: 's3://x/y', receivedAt: '' } })
      expect(await look()).to.deep.equal({ found: true, outputLocation: 's3://x/y' })
    })

    it('throws the failure that lies there, or that was told', async () => {
      await shelf.inference(id, { failureLocation: `s3://library/sagemaker_failures/${id}.out` })
      await shelf.putObject(`sagemaker_failures/${id}.out`, 'ClientError: no')
      expect((await failure(look())).message).to.equal('ClientError: no')
      const notice = { outcome: 'Failed', error: 'OutOfMemory', cause: 'big', receivedAt: '' }
      await shelf.inference(id, { notice })
      expect(await failure(look())).to.include({ name: 'OutOfMemory', message: 'big' })
    })

    it('gives up after three hours, with the endpoint, and with the inference', async () => {
      expect(await look(startedAt + 3 * 3_600_000)).to.deep.equal({ found: false })
      expect((await failure(look(startedAt + 3 * 3_600_000 + 1))).name).to.equal('InferenceTimedOut')
      await shelf.inference(id, { endpointId: 'e-gone' })
      expect((await failure(look())).name).to.equal('EndpointNotInService')
      await shelf.inference(id, { status: 'failed' })
      expect((await failure(look())).name).to.equal('InferenceNotFound')
    })
  })

  describe('Invoke at once', () => {
    const ask = () =>
      invokeAtOnce('library', { id, endpointName: 'e', request: { ...request, key: `inference_input/${id}.json` } })

    it('keeps the reply where an async endpoint would, and renders once however often it is asked', async () => {
      await shelf.putObject(`inference_input/${id}.json`, '{"task":"txt2img"}')
      toEndpoint.resolves({ Body: Buffer.from('{"images":[]}'), ContentType: 'application/json' })
      expect(await ask()).to.deep.equal({ outputLocation: output })
      expect(await ask()).to.deep.equal({ outputLocation: output })
      expect(toEndpoint.callCount).to.equal(1)
      expect(Buffer.from(toEndpoint.firstCall.args[0].input.Body).toString()).to.equal('{"task":"txt2img"}')
      expect((await shelf.readObject(`sagemaker_output/${id}.out`)).bytes.toString()).to.equal('{"images":[]}')
    })

    it('says what the container said', async () => {
      await shelf.putObject(`inference_input/${id}.json`, '{}')
      const body = '{"error":{"name":"InvalidPayload","message":"steps"}}'
      toEndpoint.rejects(Object.assign(new Error('x'), { name: 'ModelError', OriginalMessage: body }))
      expect(await failure(ask())).to.include({ name: 'InvalidPayload', message: 'steps' })
    })
  })

  describe('Collect images', () => {
    const collect = () => collectImages(library, { id, outputLocation: output })
    const answered = (body: unknown) =>
      shelf.putObject(`sagemaker_output/${id}.out`, typeof body === 'string' ? body : JSON.stringify(body))

    it('stores images and what is told of them, the same again when repeated', async () => {
      await answered({
        images: [image, Buffer.from('GIF89a!').toString('base64')],
        parameters: { seed: 7 },
        info: '{"infotexts":["x"]}',
      })
      const first = await collect()
      expect(first).to.deep.equal({ imageNames: ['image_0.png', 'image_1.gif'] })
      expect(await collect()).to.deep.equal(first)
      expect(await shelf.keys(`out/${id}/`)).to.deep.equal([
        `out/${id}/result/${id}_param.json`,
        `out/${id}/result/image_0.png`,
        `out/${id}/result/image_1.gif`,
      ])
      const stored = await shelf.readObject(`out/${id}/result/image_0.png`)
      expect(stored.contentType).to.equal('image/png')
      expect(stored.bytes.equals(PIXEL)).to.equal(true)
      const told = JSON.parse((await shelf.readObject(`out/${id}/result/${id}_param.json`)).bytes.toString())
      expect(told).to.deep.equal({
        parameters: { seed: 7 },
        info: '{"infotexts":["x"]}',
        endpoint_name: 'darkroom-test-async-e-1',
        inference_id: id,
      })
    })

    it('calls a single image image.png', async () => {
      await shelf.inference(id, { taskType: 'rembg' })
      await answered({ image, html_info: '' })
      expect(await collect()).to.deep.equal({ imageNames: ['image.png'] })
    })

    for (const [what, body, name] of [
      ['null', 'null', 'InferenceFailed'],
      ['an error', '{"error":{"name":"OutOfMemory","message":"x"}}', 'OutOfMemory'],
      ['garbage', '<html>', 'UnreadableReply'],
      ['no image', '{"images":[]}', 'InferenceFailed'],
    ] as const) {
      it(`fails with ${name} when the reply is ${what}, and stores nothing`, async () => {
        await answered(body)
        expect((await failure(collect())).name).to.equal(name)
        expect(await shelf.keys(`out/${id}/`)).to.deep.equal([])
      })
    }

    it('fails when the object is not there', async () => {
      expect((await failure(collect())).name).to.equal('OutputMissing')
    })

    it('takes its images back when the inference ended while they were being stored', async () => {
      await answered({ images: [image] })
      const send = s3.send.bind(s3)
      sinon.stub(s3, 'send').callsFake((async (command: Json) => {
        const answer = await send(command as never)
        if (command.input.Key?.endsWith('_param.json')) await shelf.inference(id, { status: 'failed' })
        return answer
      }) as never)
      expect((await failure(collect())).name).to.equal('InferenceNotFound')
      expect(await shelf.keys(`out/${id}/`)).to.deep.equal([])
    })
  })

  describe('Clean up inference', () => {
    it('deletes half-made images and the request, keeps the parameters, and touches no success', async () => {
      const keys = [`out/${id}/result/image_0.png`, `inference_input/${id}.json`]
      for (const key of keys) await shelf.putObject(key, 'x')
      await shelf.inference(id, { status: 'succeed' })
      await cleanUpInference(library, id)
      expect(await shelf.keys(`out/${id}/`)).to.have.length(1)
      await shelf.inference(id, { status: 'failed' })
      await cleanUpInference(library, id)
      await cleanUpInference(library, id)
      const left = await shelf.keys()
      expect(left.filter((key) => keys.includes(key))).to.deep.equal([])
      expect(left).to.include(`txt2img/infer_v2/${id}/api_param.json`)
    })
  })
})
