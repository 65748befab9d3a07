import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readContractRequest } from '../../../../../functions/api/trainings/contract-request.ts'
import { readPlainRequest } from '../../../../../functions/api/trainings/plain-request.ts'
import { SETTING_FIELDS } from '../../../../../functions/api/trainings/setting-fields.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies are changed field by field
type Json = Record<string, any>

const plain = { name: 'corgi', base: 'castle.safetensors', dataset: 'dogs', method: 'dreambooth' }
const schema = JSON.parse(readFileSync('events/schemas/create-training.json', 'utf8')) as { properties: Json }

const contract = (config: Json = {}, training: Json = {}): Json => ({
  lora_train_type: 'kohya',
  params: {
    training_params: {
      training_instance_type: 'ml.g5.2xlarge',
      model: 'castle.safetensors',
      dataset: 'dogs',
      fm_type: 'sd_1_5',
      ...training,
    },
    config_params: {
      ...config,
      saving_arguments: { output_name: 'corgi', save_every_n_epochs: 1, ...config.saving_arguments },
      training_arguments: { max_train_epochs: 10, ...config.training_arguments },
    },
  },
})

describe('The plain form of POST /trainings', () => {
  it('needs four fields', () => {
    expect(readPlainRequest(plain)).to.deep.equal(plain)
    for (const field of Object.keys(plain)) {
      const { [field]: _, ...rest } = plain as Json
      expect(() => readPlainRequest(rest), field).to.throw(`${field} is missing`)
    }
  })

  it('takes the sample of its schema, and the schema knows every field that the function reads', () => {
    const sample = JSON.parse(readFileSync('events/samples/create-training.json', 'utf8'))
    expect(readPlainRequest(sample)).to.deep.equal(sample)
    const known = Object.keys(schema.properties)
    const contractOnly = ['epochs', 'saveEveryEpochs']
    const fields = Object.keys(SETTING_FIELDS).filter((field) => !contractOnly.includes(field))
    expect(known).to.include.members([...fields, ...Object.keys(plain), 'instanceType', 'notify'])
  })

  it('has the same bounds as its schema', () => {
    for (const [field, { minimum, maximum, maxLength }] of Object.entries(schema.properties) as [string, Json][]) {
      if (minimum !== undefined)
        expect(readPlainRequest({ ...plain, [field]: minimum })).to.have.property(field, minimum)
      if (maximum !== undefined) {
        expect(readPlainRequest({ ...plain, [field]: maximum })).to.have.property(field, maximum)
        expect(() => readPlainRequest({ ...plain, [field]: maximum + 1 }), field).to.throw(field)
      }
      if (maxLength === undefined || !(field in SETTING_FIELDS)) continue
      expect(() => readPlainRequest({ ...plain, [field]: 'x'.repeat(maxLength + 1) }), field).to.throw(field)
    }
  })

  it('takes null as absent, and one instance type for a list', () => {
    const read = readPlainRequest({ ...plain, classPrompt: null, instanceType: 'ml.g5.xlarge', notify: false })
    expect(read).to.deep.equal({ ...plain, instanceTypes: ['ml.g5.xlarge'], notify: false })
  })

  const refusals: [what: string, change: Json, words: string][] = [
    ['a misspelt field', { step: 100 }, 'step is not known'],
    ['a name with a slash', { name: 'a/b' }, 'name is "a/b"'],
    ['a name that ends with a dot', { name: 'a.' }, 'name is "a."'],
    ['an unknown method', { method: 'lycoris' }, 'give one of dreambooth, lora'],
    ['an instance type of EC2', { instanceTypes: ['g5.xlarge'] }, 'instanceTypes[0] is "g5.xlarge"'],
    ['six instance types', { instanceTypes: Array.from({ length: 6 }, (_, at) => `ml.a${at}.b`) }, 'has 6 items'],
    ['both forms of instance types', { instanceType: 'ml.a.b', instanceTypes: ['ml.a.b'] }, 'beside instanceTypes'],
    ['a number in quotes', { steps: '100' }, 'steps is "100"'],
    ['a flag in quotes', { spot: 'true' }, 'spot is "true"'],
    ['half a step', { steps: 1.5 }, 'steps is 1.5'],
    ['a week of training', { maxRuntimeHours: 121 }, 'maxRuntimeHours is 121'],
  ]
  for (const [what, change, words] of refusals) {
    it(`refuses ${what}`, () => {
      expect(() => readPlainRequest({ ...plain, ...change })).to.throw(words)
    })
  }

  it('takes a name with its ending', () => {
    expect(readPlainRequest({ ...plain, name: 'corgi v1.5.safetensors' }).name).to.equal('corgi v1.5')
  })
})

describe('The contract’s form of POST /trainings', () => {
  it('becomes a LoRA training of ours', () => {
    expect(readContractRequest(contract())).to.deep.include({
      name: 'corgi',
      base: 'castle.safetensors',
      dataset: 'dogs',
      method: 'lora',
      expectedFamily: 'sd1',
      epochs: 10,
      saveEveryEpochs: 1,
      instanceTypes: ['ml.g5.2xlarge'],
      ignored: [],
    })
  })

  it('maps what kohya calls otherwise, from whichever section, numbers as text included', () => {
    const read = readContractRequest(
      contract({
        training: {
          network_dim: '32',
          network_alpha: 16,
          unet_lr: '1e-4',
          text_encoder_lr: 1e-5,
          resolution: '512,512',
        },
        training_arguments: {
          train_batch_size: 2,
          seed: 7,
          mixed_precision: 'fp16',
          save_precision: 'float',
          gradient_checkpointing: 'true',
          network_train_unet_only: true,
          flip_aug: false,
          optimizer_type: 'AdamW8bit',
          lr_scheduler: 'cosine_with_restarts',
          learning_rate: 0.5,
        },
      }),
    )
    expect(read).to.deep.include({
      rank: 32,
      alpha: 16,
      learningRate: 0.0001,
      textEncoderLearningRate: 0.00001,
      resolution: 512,
      batchSize: 2,
      seed: 7,
      mixedPrecision: 'fp16',
      savePrecision: 'fp32',
      gradientCheckpointing: true,
      trainTextEncoder: false,
      flip: false,
      optimizer: 'adamw8bit',
      lrScheduler: 'cosine_with_restarts',
    })
  })

  it('keeps and names what nothing reads', () => {
    const read = readContractRequest(
      contract({ training_arguments: { optimizer_type: 'Lion' }, clip_skip: 2 }, { extra: 'x' }),
    )
    expect(read.ignored).to.have.members([
      'config_params.training_arguments.optimizer_type',
      'config_params.clip_skip',
      'training_params.extra',
    ])
    expect(read.params).to.have.nested.property('config_params.training_arguments.optimizer_type', 'Lion')
    expect(read.params).to.have.nested.property('config_params.training_arguments.max_train_epochs', '10')
  })

  const refusals: [what: string, body: Json, words: string][] = [
    [
      'another trainer',
      { ...contract(), lora_train_type: 'x' },
      'Invalid lora train type: x, the valid value is kohya.',
    ],
    ['no model', contract({}, { model: '' }), 'Missing training_params.model'],
    [
      'no epochs',
      contract({ training_arguments: { max_train_epochs: 0 } }),
      'Missing config_params.training_arguments',
    ],
    [
      'another family',
      contract({}, { fm_type: 'sd_3' }),
      'Invalid fm_type sd_3, the valid values are sd_1_5 and sd_xl',
    ],
    ['no params', { lora_train_type: 'kohya' }, 'params is missing'],
    ['a bad name', contract({ saving_arguments: { output_name: '../x' } }), 'output_name is "../x"'],
    [
      'a side that is no square',
      contract({ training_arguments: { resolution: '512,768' } }),
      'params.config_params.training_arguments.resolution is "512,768"',
    ],
    ['an endless text', contract({ training_arguments: { note: 'x'.repeat(20_000) } }), 'bytes'],
  ]
  for (const [what, body, words] of refusals) {
    it(`refuses ${what} in the contract’s words, or by the field’s path`, () => {
      expect(() => readContractRequest(body)).to.throw(words)
    })
  }
})
