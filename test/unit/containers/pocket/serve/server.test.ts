import { readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { readPng } from '../../../../../containers/pocket/image/read-png.ts'
import { writePng } from '../../../../../containers/pocket/image/write-png.ts'
import { writeCheckpoint } from '../../../../../containers/pocket/model/checkpoint.ts'
import { initialParameters } from '../../../../../containers/pocket/model/parameters.ts'
import {
  type ContainerAnswer,
  type PocketContainer,
  startPocketContainer,
} from '../../../../support/pocket-container.ts'

let container: PocketContainer

const OWN = {
  'Stable-diffusion': [{ id: '1', model_name: 'a.safetensors', s3: 's3://bucket/models', type: 'Stable-diffusion' }],
}
const QUICK = { prompt: 'a red circle', seed: 1, steps: 2, width: 64, height: 64 }

const send = (body: unknown): Promise<ContainerAnswer> => container.send(body)

const render = (payload: object, more: object = {}): Promise<ContainerAnswer> =>
  send({ task: 'txt2img', models: OWN, payload_string: JSON.stringify(payload), ...more })

describe('the pocket container', () => {
  before(async () => {
    container = await startPocketContainer()
    const { objects } = container
    objects.set('models/a.safetensors', writeCheckpoint(initialParameters(1), new Map()))
    objects.set('models/text.safetensors', Buffer.from('this is no model'))
    objects.set(
      'request.json',
      Buffer.from(`{"prompt": "x", "seed": 5, "steps": 1, "s_tmax": Infinity, "width": 32, "height": 32}`),
    )
  })

  after(() => container.stop())

  it('answers txt2img with a PNG, the parameters and info as a text', async () => {
    const { status, body } = await render({ ...QUICK, negative_prompt: null, width: 96, unknown_key: 1 })
    expect(status).equal(200)
    const picture = readPng(Buffer.from(body.images[0], 'base64'))
    expect([picture.width, picture.height]).deep.equal([96, 64])
    expect(body.parameters).include({
      prompt: 'a red circle',
      seed: 1,
      steps: 2,
      cfg_scale: 7,
      sampler_name: 'Euler',
      width: 96,
    })
    const info = JSON.parse(body.info)
    expect(info).include({
      prompt: 'a red circle',
      seed: 1,
      width: 96,
      height: 64,
      sd_model_name: 'a',
      job_timestamp: '20240205061052',
    })
    expect(info.all_seeds).deep.equal([1])
    expect(info.infotexts[0]).match(
      /^a red circle\nSteps: 2, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 96x64, Model hash: [0-9a-f]{10}, Model: a,/,
    )
  })

  it('paints the same picture for the same seed, and counts seeds through a batch', async () => {
    const [one, two, batch] = await Promise.all([
      render(QUICK),
      render(QUICK),
      render({ ...QUICK, seed: 0, batch_size: 2, n_iter: 1 }),
    ])
    expect(one.body.images).deep.equal(two.body.images)
    const [first, second] = batch.body.images.map((image: string) => readPng(Buffer.from(image, 'base64')).bytes)
    expect(Buffer.compare(second, readPng(Buffer.from(one.body.images[0], 'base64')).bytes)).equal(0)
    expect(Buffer.compare(first, second)).not.equal(0)
    expect(JSON.parse(batch.body.info).all_seeds).deep.equal([0, 1])
  })

  it('chooses a seed where -1 or none is given, and tells it', async () => {
    expect((await render({ ...QUICK, seed: -1 })).body.parameters.seed).equal(2 ** 31)
  })

  it('reads the payload from S3, Infinity included', async () => {
    const { status, body } = await send({
      task: 'text-to-image',
      models: OWN,
      param_s3: 's3://bucket/request.json',
      payload_string: null,
    })
    expect(status).equal(200)
    expect(body.parameters).include({ seed: 5, width: 32 })
  })

  it('starts from a picture in img2img, and at strength 0 gives it back', async () => {
    const red = writePng({
      width: 32,
      height: 32,
      bytes: Uint8Array.from({ length: 3072 }, (_, i) => (i % 3 === 0 ? 200 : 30)),
    })
    const payload = {
      ...QUICK,
      init_images: [`data:image/png;base64,${red.toString('base64')}`],
      denoising_strength: 0,
    }
    const { status, body } = await render(payload, { task: 'img2img' })
    expect(status).equal(200)
    const bytes = [...readPng(Buffer.from(body.images[0], 'base64')).bytes.subarray(0, 3)]
    bytes.forEach((byte, c) => {
      expect(byte).closeTo([200, 30, 30][c]!, 2)
    })
    expect(body.parameters.init_images).equal(undefined)
    expect(JSON.parse(body.info).denoising_strength).equal(0)
  })

  it('enlarges in extra-single-image', async () => {
    const image = writePng({ width: 4, height: 2, bytes: new Uint8Array(24).fill(9) }).toString('base64')
    const { status, body } = await send({
      task: 'extra-single-image',
      payload_string: JSON.stringify({ image, upscaling_resize: 4, upscaler_1: 'Lanczos' }),
    })
    expect(status).equal(200)
    expect(readPng(Buffer.from(body.image, 'base64'))).include({ width: 16, height: 8 })
  })

  it('fetches a model once for requests at the same time', async () => {
    container.objects.set('models/once.safetensors', writeCheckpoint(initialParameters(2), new Map([['x', 'y']])))
    const models = { 'Stable-diffusion': [{ model_name: 'once.safetensors', s3: 's3://bucket/models' }] }
    const before = container.reads()
    const answers = await Promise.all([1, 2, 3].map(() => render(QUICK, { models })))
    expect(answers.map(({ status }) => status)).deep.equal([200, 200, 200])
    expect(container.reads() - before).equal(1)
    expect(await readdir(container.cacheDirectory)).not.include.members(['partial'])
  })

  it('answers pings while it paints', async () => {
    const slow = render({ ...QUICK, steps: 60 })
    const started = performance.now()
    expect((await fetch(`${container.address}/ping`)).status).equal(200)
    const waited = performance.now() - started
    const asked = performance.now()
    await slow
    expect(waited).lessThan(performance.now() - asked + 50)
  })

  const vae = { ...OWN, VAE: [{ model_name: 'x.vae.pt' }] }
  const controlled = { ...QUICK, alwayson_scripts: { controlnet: { args: [{ enabled: true, model: 'canny' }] } } }
  const named = (model_name: string): object => ({
    models: { 'Stable-diffusion': [{ model_name, s3: 's3://bucket/models' }] },
  })
  const REFUSALS: [
    what: string,
    body: () => Promise<ContainerAnswer>,
    status: number,
    name: string,
    message: RegExp,
  ][] = [
    ['a body that is no JSON', () => send('{'), 400, 'InvalidPayload', /The body is not JSON/],
    ['a body that is no object', () => send('[]'), 400, 'InvalidPayload', /The body is not a JSON object/],
    ['no task', () => send({ payload_string: '{}' }), 400, 'InvalidPayload', /^task/],
    ['an unknown task', () => send({ task: 'sing', payload_string: '{}' }), 400, 'InvalidPayload', /^task is "sing"/],
    ['rembg', () => send({ task: 'rembg', payload_string: '{}' }), 422, 'UnsupportedTask', /rembg/],
    ['no payload', () => send({ task: 'txt2img' }), 400, 'InvalidPayload', /^payload_string/],
    [
      'a payload that is no JSON',
      () => send({ task: 'txt2img', payload_string: 'x' }),
      400,
      'InvalidPayload',
      /^payload_string is not JSON/,
    ],
    [
      'a parameter object that is not there',
      () => send({ task: 'txt2img', param_s3: 's3://bucket/no' }),
      404,
      'ModelNotFound',
      /param_s3/,
    ],
    ['a bad address', () => send({ task: 'txt2img', param_s3: 'no' }), 400, 'InvalidPayload', /^param_s3/],
    [
      'a model that is not there',
      () => render(QUICK, named('no.safetensors')),
      404,
      'ModelNotFound',
      /no\.safetensors/,
    ],
    [
      'a name of the same letters in another case',
      () => render(QUICK, named('A.safetensors')),
      404,
      'ModelNotFound',
      /A\.safetensors/,
    ],
    [
      'a file that is no model',
      () => render(QUICK, named('text.safetensors')),
      400,
      'InvalidPayload',
      /text\.safetensors is not a valid safetensors/,
    ],
    ['a name with a path', () => render(QUICK, named('../a.safetensors')), 400, 'InvalidPayload', /model_name/],
    ['an odd width', () => render({ ...QUICK, width: 100 }), 400, 'InvalidPayload', /^width/],
    ['too many steps', () => render({ ...QUICK, steps: 1000 }), 400, 'InvalidPayload', /^steps/],
    ['a prompt that is no text', () => render({ ...QUICK, prompt: ['x'] }), 400, 'InvalidPayload', /^prompt/],
    [
      'an unknown sampler',
      () => render({ ...QUICK, sampler_name: 'Magic' }),
      400,
      'InvalidPayload',
      /^sampler_name is "Magic"/,
    ],
    [
      'a hypernetwork in the prompt',
      () => render({ ...QUICK, prompt: 'red <hypernet:x:1>' }),
      422,
      'UnsupportedTask',
      /hypernet/,
    ],
    ['a VAE', () => render(QUICK, { models: vae }), 422, 'UnsupportedTask', /VAE/],
    ['ControlNet', () => render(controlled), 422, 'UnsupportedTask', /ControlNet/],
    ['img2img without a picture', () => render(QUICK, { task: 'img2img' }), 400, 'InvalidPayload', /^init_images/],
    [
      'a picture that is no PNG',
      () => render({ ...QUICK, init_images: ['aGVsbG8='] }, { task: 'img2img' }),
      400,
      'InvalidPayload',
      /^init_images\[0\] is no PNG/,
    ],
    [
      'an upscaler that is not here',
      () => send({ task: 'extra-single-image', payload_string: '{"upscaler_1":"R-ESRGAN 4x+"}' }),
      422,
      'UnsupportedTask',
      /R-ESRGAN/,
    ],
  ]
  for (const [what, ask, status, name, message] of REFUSALS) {
    it(`refuses ${what} with ${status} ${name}`, async () => {
      const answer = await ask()
      expect(answer.status).equal(status)
      expect(answer.body.error.name).equal(name)
      expect(answer.body.error.message).match(message)
    })
  }

  it('says which paths there are', async () => {
    expect((await fetch(`${container.address}/other`)).status).equal(404)
  })
})
