import { expect } from 'chai'
import { encodePng } from '../../../../../../functions/shared/images/encode-png.ts'
import { imageFormatOf } from '../../../../../../functions/shared/images/image-format.ts'
import type { Generation } from '../../../../../../functions/shared/inferences/backends/backend.ts'
import { BACKENDS } from '../../../../../../functions/shared/inferences/backends/backends.ts'

const png = encodePng({ width: 2, height: 1, rgb: Uint8Array.from([1, 2, 3, 4, 5, 6]) })
const base64 = png.toString('base64')
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 2, 3])

const models = {
  'Stable-diffusion': [{ id: 'c', model_name: 'a.safetensors', s3: 's3://b/c', type: 'Stable-diffusion' }],
}
const generation = (more: Partial<Generation> = {}): Generation => ({
  task: 'txt2img',
  username: 'admin',
  models,
  paramsLocation: 's3://b/txt2img/infer_v2/1/api_param.json',
  parameters: { prompt: 'a red circle on blue' },
  ...more,
})

type Name = keyof typeof BACKENDS

const read = (name: Name, body: unknown, more: Partial<Generation> = {}) =>
  BACKENDS[name].readReply(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)), generation(more))

function failure(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

describe('The request for a container of ours', () => {
  for (const name of ['pocket', 'diffusers'] as const) {
    it(`names task, user, models and where the parameters are, for ${name}`, () => {
      const { contentType, body } = BACKENDS[name].buildRequest(generation())
      expect(contentType).to.equal('application/json')
      expect(JSON.parse(body)).to.deep.equal({
        task: 'txt2img',
        username: 'admin',
        models,
        param_s3: 's3://b/txt2img/infer_v2/1/api_param.json',
        payload_string: null,
      })
    })
  }

  it('tells the predecessor’s container how much of its disk to keep free', () => {
    const { models: sent } = JSON.parse(BACKENDS.a1111.buildRequest(generation()).body)
    expect(sent).to.deep.equal({ space_free_size: 4e10, ...models })
  })
})

describe('The reply of a container of ours', () => {
  it('is its images with parameters and info', () => {
    const reply = read('pocket', {
      images: [base64, `data:image/png;base64,${base64}`],
      parameters: { seed: 1 },
      info: '{}',
    })
    expect(reply.images).to.have.length(2)
    for (const image of reply.images) expect(Buffer.from(image).equals(png)).to.equal(true)
    expect(reply).to.deep.include({ parameters: { seed: 1 }, info: '{}' })
  })

  it('is one image for a task that makes one', () => {
    const reply = read('a1111', { image: base64, html_info: '<p>x</p>' }, { task: 'extra-single-image' })
    expect(reply.images).to.have.length(1)
    expect(reply.htmlInfo).to.equal('<p>x</p>')
  })

  const failures: [string, unknown, string, RegExp][] = [
    ['null', null, 'InferenceFailed', /answered null.*log/],
    ['nothing', Buffer.alloc(0), 'InferenceFailed', /answered null/],
    [
      'a named error',
      { error: { name: 'OutOfMemory', message: 'CUDA: 2 GB more' } },
      'OutOfMemory',
      /^CUDA: 2 GB more$/,
    ],
    ['a model that is not there', { error: { name: 'ModelNotFound', message: 'x' } }, 'ModelNotFound', /^x$/],
    ['an error of a name nobody knows', { error: { name: 'Odd', message: 'y' } }, 'InferenceFailed', /^Odd: y$/],
    [
      'an error named like a property of every object',
      { error: { name: 'toString', message: 'y' } },
      'InferenceFailed',
      /y$/,
    ],
    [
      'A1111’s error',
      { error: 'HTTPException', detail: 'Sampler not found', body: '', errors: '' },
      'InferenceFailed',
      /HTTPException: Sampler not found/,
    ],
    [
      'FastAPI’s error',
      { detail: [{ loc: ['body', 'task'], msg: 'field required' }] },
      'InferenceFailed',
      /field required/,
    ],
    ['HTML', Buffer.from('<html>502</html>'), 'UnreadableReply', /not JSON but 16 bytes that begin with "<html>502/],
    ['binary garbage', Buffer.from([0, 1, 2, 255]), 'UnreadableReply', /4 bytes that begin with "\.\.\.\."/],
    ['a number', 7, 'UnreadableReply', /not a JSON object/],
    ['an object without images', { parameters: {} }, 'UnreadableReply', /no list images/],
    ['an empty list', { images: [] }, 'InferenceFailed', /no image/],
    ['an image that is none', { images: [base64, 'aGVsbG8='] }, 'UnreadableReply', /images\[1\]/],
    ['an image that is no text', { images: [{}] }, 'UnreadableReply', /images\[0\]/],
  ]
  for (const [what, body, name, text] of failures) {
    it(`fails with ${name} when it is ${what}`, () => {
      const error = failure(() => read('pocket', body))
      expect(error.name).to.equal(name)
      expect(error.message).to.match(text)
    })
  }

  it('does not put a megabyte of error into a message', () => {
    const error = failure(() => read('pocket', { error: { name: 'InferenceFailed', message: 'x'.repeat(1_000_000) } }))
    expect(error.message.length).to.be.below(2100)
  })
})

describe('The request for a JumpStart model', () => {
  const request = (parameters: Generation['parameters']) => BACKENDS.jumpstart.buildRequest(generation({ parameters }))

  it('is the prompt as plain text when there is nothing else', () => {
    const parameters = { prompt: 'a "castle"\n<at> night 🏰', seed: -1, negative_prompt: '', width: null }
    expect(request(parameters)).to.deep.equal({
      contentType: 'application/x-text',
      accept: 'application/json;jpeg',
      body: 'a "castle"\n<at> night 🏰',
    })
  })

  it('is a flat object of the keys it knows and no others', () => {
    const parameters = {
      prompt: 'p',
      negative_prompt: 'n',
      width: 768,
      height: 512,
      steps: 50,
      cfg_scale: 7.5,
      seed: 3,
      batch_size: 2,
      n_iter: 2,
      sampler_name: 'Euler',
      alwayson_scripts: {},
    }
    const { contentType, body } = request(parameters)
    expect(contentType).to.equal('application/json')
    expect(JSON.parse(body)).to.deep.equal({
      prompt: 'p',
      negative_prompt: 'n',
      width: 768,
      height: 512,
      num_inference_steps: 50,
      guidance_scale: 7.5,
      seed: 3,
      num_images_per_prompt: 4,
    })
  })

  it('is refused here when a side is no multiple of eight', () => {
    expect(failure(() => request({ prompt: 'p', width: 500 }))).to.include({ name: 'InvalidRequest' })
  })
})

describe('The reply of a JumpStart model', () => {
  const rows = [
    [
      [255, 0, 0],
      [0, 255, 0],
    ],
    [
      [0, 0, 255],
      [9, 9, 9],
    ],
  ]

  it('may be one picture or several, of pixels or in base64', () => {
    for (const body of [
      { generated_image: rows, prompt: 'p' },
      { generated_images: [rows], prompt: 'p' },
    ]) {
      const [image] = read('jumpstart', body).images
      const rgb = Uint8Array.from(rows.flat(2))
      expect(Buffer.from(image!).equals(encodePng({ width: 2, height: 2, rgb }))).to.equal(true)
    }
    const many = read('jumpstart', { generated_images: [jpeg.toString('base64'), base64] }).images
    expect(many.map((image) => imageFormatOf(image)?.extension)).to.deep.equal(['jpg', 'png'])
  })

  it('gets an info text that the WebUI can read', () => {
    const parameters = { prompt: 'a castle', negative_prompt: 'fog', steps: 20, seed: -1, width: 64 }
    const info = JSON.parse(read('jumpstart', { generated_image: rows }, { parameters }).info ?? '')
    expect(info.infotexts).to.deep.equal([
      'a castle\nNegative prompt: fog\nSteps: 20, width: 64'.replace('width', 'Width'),
    ])
    expect(info).not.to.have.property('seed')
  })

  const broken: [string, unknown][] = [
    ['rows of different lengths', { generated_image: [rows[0], [[1, 2, 3]]] }],
    ['a pixel of two channels', { generated_image: [[[1, 2]]] }],
    ['a channel of 256', { generated_image: [[[1, 2, 256]]] }],
    ['no rows', { generated_image: [] }],
    ['another name', { artifacts: [] }],
  ]
  for (const [what, body] of broken) {
    it(`is unreadable with ${what}`, () => {
      expect(failure(() => read('jumpstart', body)).name).to.equal('UnreadableReply')
    })
  }

  it('is the toolkit’s error when it tells of one', () => {
    const error = failure(() =>
      read('jumpstart', { code: 400, type: 'InternalServerException', message: 'invalid key x' }),
    )
    expect(error).to.include({ name: 'InferenceFailed', message: 'InternalServerException: invalid key x' })
  })
})

describe('Hugging Face’s toolkit', () => {
  it('is asked with inputs and the pipeline’s arguments, without a seed', () => {
    const parameters = { prompt: 'p', negative_prompt: 'n', steps: 30, cfg_scale: 7, width: 64, height: null, seed: 5 }
    const { accept, body } = BACKENDS.huggingface.buildRequest(generation({ parameters }))
    expect(accept).to.equal('image/png')
    expect(JSON.parse(body)).to.deep.equal({
      inputs: 'p',
      parameters: { negative_prompt: 'n', num_inference_steps: 30, guidance_scale: 7, width: 64 },
    })
  })

  it('is not asked for two images', () => {
    const error = failure(() =>
      BACKENDS.huggingface.buildRequest(generation({ parameters: { prompt: 'p', n_iter: 2 } })),
    )
    expect(error.name).to.equal('UnsupportedTask')
  })

  const replies: [string, unknown][] = [
    ['the bytes of an image', png],
    ['a text in base64', base64],
    ['{data}', { data: base64, prompt: 'p' }],
    ['{image}', { image: base64 }],
    ['{images}', { images: [base64] }],
    ['a list', [base64]],
  ]
  for (const [what, body] of replies) {
    it(`answers with ${what}`, () => {
      const { images } = read('huggingface', body)
      expect(images.map((image) => Buffer.from(image).equals(png))).to.deep.equal([true])
    })
  }

  for (const [what, body, name] of [
    ['null', null, 'InferenceFailed'],
    ['its error', { code: 400, type: 'PredictionException', message: 'no' }, 'InferenceFailed'],
    ['an object without an image', { label: 'cat' }, 'UnreadableReply'],
    ['a number', 3, 'UnreadableReply'],
  ] as const) {
    it(`fails with ${name} when it answers ${what}`, () => {
      expect(failure(() => read('huggingface', body)).name).to.equal(name)
    })
  }
})
