import { expect } from 'chai'
import { type ConfigFacts, decideConfig } from '../../../../../functions/shared/trainings/decide-config.ts'
import { FAMILY_LIMITS, TRAINING_DEFAULTS } from '../../../../../functions/shared/trainings/training-defaults.ts'
import {
  TRAINABLE_FAMILIES,
  TRAINING_METHODS,
  type TrainingRequest,
} from '../../../../../functions/shared/trainings/training-request.ts'

const request: TrainingRequest = {
  name: 'corgi',
  base: 'castle.safetensors',
  dataset: 'dogs',
  method: 'dreambooth',
  instancePrompt: 'a sks dog',
}

const facts: ConfigFacts = {
  id: 't-1',
  family: 'sd1',
  base: { checkpointId: 'c-1', name: 'castle.safetensors' },
  dataset: { name: 'dogs', images: 12, captions: 0, repeats: 1 },
}

const decide = (more: Partial<TrainingRequest> = {}, known: Partial<ConfigFacts> = {}) =>
  decideConfig({ ...request, ...more }, { ...facts, ...known })
const withPictures = (more: object) => ({ dataset: { ...facts.dataset, ...more } })

describe('decideConfig', () => {
  for (const family of TRAINABLE_FAMILIES) {
    for (const method of TRAINING_METHODS) {
      it(`gives ${method} on ${family} its defaults, which are within its limits`, () => {
        const config = decide({ method }, { family })
        const { steps, batchSize, learningRate, resolution } = TRAINING_DEFAULTS[family][method]
        expect(config).to.include({ family, method, steps, batchSize, learningRate, resolution, seed: 1337 })
        expect(steps).to.be.at.most(FAMILY_LIMITS[family].mostSteps)
        expect(config.lora === null).to.equal(method === 'dreambooth')
      })
    }
  }

  it('fills in every field that a program reads', () => {
    const config = decide({ method: 'lora' })
    for (const [field, value] of Object.entries(config)) expect(value, field).not.to.equal(undefined)
    expect(config.metadata).to.deep.equal({
      'darkroom.training': 't-1',
      'darkroom.base': 'castle.safetensors',
      'darkroom.baseCheckpoint': 'c-1',
      'darkroom.dataset': 'dogs',
    })
  })

  it('takes what was asked for', () => {
    const asked = { steps: 7, seed: 0, resolution: 768, batchSize: 2, trainTextEncoder: false, flip: true }
    expect(decide(asked)).to.deep.include({ ...asked, textEncoderLearningRate: null })
  })

  it('lets the text encoder learn as fast as the denoiser, or as was asked for', () => {
    expect(decide({ learningRate: 0.00005 }).textEncoderLearningRate).to.equal(0.00005)
    expect(decide({ learningRate: 0.00005, textEncoderLearningRate: 0.1 }).textEncoderLearningRate).to.equal(0.1)
    expect(decide({ method: 'lora' }).textEncoderLearningRate).to.equal(0.00005)
  })

  it('makes steps of rounds, repeats and batches', () => {
    expect(decide({ epochs: 10 }).steps).to.equal(120)
    expect(decide({ epochs: 10, batchSize: 4 }, withPictures({ repeats: 10 })).steps).to.equal(300)
    expect(decide({ epochs: 1, batchSize: 5 }).steps).to.equal(3)
    expect(decide({ epochs: 10, steps: 99 }).steps).to.equal(99)
  })

  it('keeps files on the way only where there is a way', () => {
    expect(decide({ steps: 100, checkpointEvery: 40 }).checkpointEvery).to.equal(40)
    expect(decide({ steps: 100, checkpointEvery: 100 }).checkpointEvery).to.equal(null)
    expect(decide({ epochs: 10, saveEveryEpochs: 3 }).checkpointEvery).to.equal(36)
    expect(decide({ epochs: 3, saveEveryEpochs: 3 }).checkpointEvery).to.equal(null)
    expect(decide().checkpointEvery).to.equal(null)
  })

  it('keeps up the class where somebody says what it is', () => {
    expect(decide().priorPreservation).to.equal(null)
    expect(decide({ classPrompt: 'a dog' }).priorPreservation).to.deep.equal({ weight: 1, images: 100 })
    expect(decide({ classPrompt: 'a dog', method: 'lora' }).priorPreservation).to.equal(null)
    expect(decide({ classPrompt: 'a dog', priorPreservation: false }).priorPreservation).to.equal(null)
    const given = decide(
      { classPrompt: 'a dog', classDataset: 'others', classImages: 7, priorLossWeight: 0.5 },
      { classDataset: { name: 'others', images: 30 } },
    )
    expect(given.priorPreservation).to.deep.equal({ weight: 0.5, images: 30 })
    expect(() => decide({ priorPreservation: true })).to.throw('classPrompt is missing')
    expect(() => decide({}, { classDataset: { name: 'others', images: 3 } })).to.throw('classPrompt is missing')
  })

  it('reads captions where there are some, unless told not to', () => {
    expect(decide({}, withPictures({ captions: 3 })).captions).to.equal(true)
    expect(decide().captions).to.equal(false)
    expect(decide({ captions: false }, withPictures({ captions: 3 })).captions).to.equal(false)
  })

  it('wants words for every picture', () => {
    const { instancePrompt, ...wordless } = request
    expect(() => decideConfig(wordless, facts)).to.throw('instancePrompt is missing')
    expect(decideConfig(wordless, { ...facts, ...withPictures({ captions: 12 }) }).instancePrompt).to.equal('corgi')
    expect(decideConfig(wordless, { ...facts, ...withPictures({ token: 'toy' }) }).instancePrompt).to.equal('toy')
    expect(decideConfig({ ...wordless, params: {} }, facts).instancePrompt).to.equal('corgi')
  })

  it('refuses what the family cannot do, naming the field', () => {
    expect(() => decide({ resolution: 500 })).to.throw('resolution is 500: SD 1.x takes 256 to 1024, a multiple of 64')
    expect(() => decide({ resolution: 256 }, { family: 'sdxl' })).to.throw('resolution is 256: SDXL takes 512')
    expect(() => decide({ steps: 20_001 }, { family: 'pocket' })).to.throw('steps is 20001: a pocket model takes')
    expect(() => decide({ batchSize: 9 }, { family: 'sdxl' })).to.throw('batchSize is 9: SDXL takes at most 8')
    expect(() => decide({ expectedFamily: 'sdxl' })).to.throw('fm_type says SDXL: castle.safetensors is SD 1.x')
  })

  it('takes the pocket model for either family of the contract', () => {
    expect(decide({ expectedFamily: 'sdxl' }, { family: 'pocket' }).family).to.equal('pocket')
  })
})
