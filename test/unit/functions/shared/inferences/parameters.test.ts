import { expect } from 'chai'
import { checkParameters } from '../../../../../functions/shared/inferences/check-parameters.ts'
import { toInvocationError } from '../../../../../functions/shared/inferences/invocation-error.ts'
import { parseTolerantly } from '../../../../../functions/shared/inferences/parse-tolerantly.ts'
import { promptOf } from '../../../../../functions/shared/inferences/prompt-of.ts'
import { failureInText } from '../../../../../functions/shared/inferences/read-failure.ts'

describe('JSON as clients write it', () => {
  it('may have Python’s numbers, which become null, but not inside of texts', () => {
    const text = '{"s_tmax": Infinity, "a": -Infinity, "b": [NaN, 1], "prompt": "Infinity \\"NaN\\" \\\\", "c": NaN}'
    expect(parseTolerantly(text, 'x')).to.deep.equal({
      s_tmax: null,
      a: null,
      b: [null, 1],
      prompt: 'Infinity "NaN" \\',
      c: null,
    })
  })

  it('may hold a picture of many megabytes beside them', () => {
    const image = 'A'.repeat(20_000_000)
    expect(parseTolerantly(`{"s_tmax":Infinity,"init_images":["${image}"]}`, 'x').init_images).to.deep.equal([image])
  })

  for (const text of ['', '{', '{"a": Infinit}', '{"a":"', '"text"', 'null', '[1]']) {
    it(`is refused by name when it is ${JSON.stringify(text)}`, () => {
      expect(() => parseTolerantly(text, 'payload_string')).to.throw(/payload_string/)
    })
  }
})

describe('Parameters', () => {
  const good: [string, Parameters<typeof checkParameters>][] = [
    ['nothing at all', ['txt2img', {}]],
    ['nulls and unknown fields', ['txt2img', { prompt: null, width: null, s_tmax: null, script_args: [1] }]],
    ['whole numbers written as floats', ['txt2img', JSON.parse('{"seed":-1.0,"steps":20.0}')]],
    ['an image to start from', ['img2img', { init_images: ['aGk='] }]],
    ['an image to enlarge', ['extra-single-image', { image: 'aGk=', upscaling_resize: 2, resize_mode: 0 }]],
    ['an image to cut out', ['rembg', { input_image: 'aGk=' }]],
  ]
  for (const [what, parameters] of good) {
    it(`may be ${what}`, () => expect(() => checkParameters(...parameters)).not.to.throw())
  }

  const bad: [RegExp, Parameters<typeof checkParameters>][] = [
    [/^steps is 0/, ['txt2img', { steps: 0 }]],
    [/^steps is 20\.5/, ['txt2img', { steps: 20.5 }]],
    [/^width is 100000/, ['txt2img', { width: 100_000 }]],
    [/^width is "512"/, ['txt2img', { width: '512' }]],
    [/^seed is -2/, ['txt2img', { seed: -2 }]],
    [/^cfg_scale is not a number/, ['txt2img', { cfg_scale: 'high' }]],
    [/^prompt is a list/, ['txt2img', { prompt: ['a'] }]],
    [/^prompt has 20001 characters/, ['txt2img', { prompt: 'a'.repeat(20_001) }]],
    [/^batch_size × n_iter is 80/, ['txt2img', { batch_size: 8, n_iter: 10 }]],
    [/^init_images is missing/, ['img2img', {}]],
    [/^init_images has 0 items/, ['img2img', { init_images: [] }]],
    [/^image is missing/, ['extra-single-image', { image: null }]],
    [/^input_image is missing/, ['rembg', {}]],
  ]
  for (const [message, parameters] of bad) {
    it(`are refused: ${message.source}`, () => expect(() => checkParameters(...parameters)).to.throw(message))
  }
})

describe('The excerpt of a prompt', () => {
  it('is one line of whole characters', () => {
    expect(promptOf({ prompt: ' a\n\tb  c ' })).to.equal('a b c')
    expect(promptOf({ prompt: '🏰'.repeat(400) })).to.equal(`${'🏰'.repeat(300)}…`)
    expect([promptOf({}), promptOf({ prompt: ' ' }), promptOf({ prompt: 3 })]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('A failure in SageMaker’s words', () => {
  const cases: [string, string, RegExp][] = [
    [
      'Received server error (507) from model with message "{"error":{"name":"OutOfMemory","message":"too big"}}". See the log',
      'OutOfMemory',
      /^too big$/,
    ],
    [
      'Received client error (404) with message "{\\"error\\":{\\"name\\":\\"ModelNotFound\\",\\"message\\":\\"a.safetensors\\"}}"',
      'ModelNotFound',
      /^a\.safetensors$/,
    ],
    [
      '{"ErrorCode":"CLIENT_ERROR_FROM_MODEL","OriginalMessage":"{\\"error\\":{\\"name\\":\\"InvalidPayload\\",\\"message\\":\\"steps\\"}}"}',
      'InvalidPayload',
      /^steps$/,
    ],
    ['ClientError: Could not access the file', 'InferenceFailed', /Could not access the file/],
    ['', 'InferenceFailed', /gave no reason/],
    ['{ not json }', 'InferenceFailed', /not json/],
  ]
  for (const [text, name, message] of cases) {
    it(`is ${name}: ${text.slice(0, 60)}`, () => {
      expect(failureInText(text).name).to.equal(name)
      expect(failureInText(text).message).to.match(message)
    })
  }
})

describe('A refused invocation', () => {
  const named = (name: string, more: object = {}) => Object.assign(new Error(`${name} said no`), { name, ...more })
  const cases: [string, unknown, string][] = [
    [
      'the container’s own',
      named('ModelError', {
        OriginalMessage: '{"error":{"name":"OutOfMemory","message":"x"}}',
        $metadata: { httpStatusCode: 424 },
      }),
      'OutOfMemory',
    ],
    ['a missing endpoint', named('ValidationError', { $metadata: { httpStatusCode: 400 } }), 'EndpointNotInService'],
    [
      'a model that is still loading',
      named('ModelNotReadyException', { $metadata: { httpStatusCode: 429 } }),
      'TransientError',
    ],
    [
      'an internal dependency',
      named('InternalDependencyException', { $metadata: { httpStatusCode: 530 } }),
      'TransientError',
    ],
    ['a throttle', named('ThrottlingException'), 'TransientError'],
    ['a broken connection', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'TransientError'],
    [
      'a missing permission',
      named('AccessDeniedException', { $metadata: { httpStatusCode: 403 } }),
      'AccessDeniedException',
    ],
  ]
  for (const [what, error, name] of cases) {
    it(`is ${name} for ${what}`, () => expect((toInvocationError(error, 'e') as Error).name).to.equal(name))
  }
})
