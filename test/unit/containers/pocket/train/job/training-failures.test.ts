import { writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { writePng } from '../../../../../../containers/pocket/image/write-png.ts'
import { drawMascot } from '../../../../../../containers/pocket/train/draw-mascot.ts'
import { createTrainingRoot, replaceDataset, type TrainingRoot } from '../../../../../support/pocket-training.ts'

const PNG = writePng(drawMascot(0))

/** What is wrong with a training, and the sentence that says so. */
const FAILURES: readonly [what: string, spoil: (training: TrainingRoot) => Promise<unknown>, sentence: RegExp][] = [
  [
    'no images',
    (training) => replaceDataset(training, { 'a.txt': 'a' }),
    /^The dataset has no PNG, JPEG or WebP images\.$/,
  ],
  [
    'images that are none',
    (training) => replaceDataset(training, { 'a.png': 'text', 'b/b.webp': PNG, 'c.jpg': PNG.subarray(0, 90) }),
    /^2 of 3 images of the dataset cannot be read: a\.png: it is no PNG, JPEG or WebP; c\.jpg: it ends in the middle of a chunk\.$/,
  ],
  [
    'no prompt and a missing caption',
    async (training) => {
      await training.plan({ instancePrompt: '' })
      await replaceDataset(training, { 'a.png': PNG, 'a.txt': 'a fox', 'b.png': PNG })
    },
    /no caption for b\.png/,
  ],
  [
    'a base that is no pocket model',
    (training) => training.put('base', 'pocket-base.safetensors', 'text'),
    /^The base model cannot be trained on: /,
  ],
  [
    'a base that is not there',
    (training) => training.plan({ base: { file: 'x.safetensors' } }).then(() => training.put('base', 'y', '')),
    /x\.safetensors is not in the channel/,
  ],
  ['another family', (training) => training.plan({ family: 'sd1' }), /trains pocket models only; .* sd1\.$/],
  [
    'prior preservation of nothing',
    (training) => training.plan({ classPrompt: null, priorPreservation: {} }),
    /needs a class prompt/,
  ],
  [
    'steps that are none',
    (training) => training.plan({ steps: 0 }),
    /^training\.json: steps is 0; it must be a number from 1 to 1000000\.$/,
  ],
  [
    'a rank that is a text',
    (training) => training.plan({ method: 'lora', lora: { rank: '8' } }),
    /^training\.json: lora: rank is "8"; it must be a number/,
  ],
  [
    'a method that is unknown',
    (training) => training.plan({ method: 'textual-inversion' }),
    /must be one of dreambooth, lora/,
  ],
  ['a name that leads elsewhere', (training) => training.plan({ name: '../fox' }), /must be a file name/],
  ['a plan that is no JSON', (training) => writeFile(training.directory.plan, '{'), /^training\.json is not JSON/],
  [
    'a token that is the word of the class to the model',
    (training) => training.plan({ instancePrompt: 'a coz toy', classPrompt: 'a toy' }),
    /cannot tell “coz” from “toy”.* such as \w+, /,
  ],
  [
    'a learning rate that is far too high',
    (training) => training.plan({ learningRate: 1, steps: 20 }),
    /^The training ran away: the loss was .* Use a lower learning rate than 1\.$/,
  ],
]

describe('a training of the pocket model that cannot be', function () {
  this.timeout(60_000)
  let training: TrainingRoot

  beforeEach(async () => {
    training = await createTrainingRoot()
  })
  afterEach(() => training.remove())

  for (const [what, spoil, sentence] of FAILURES) {
    it(`says what to do about ${what}`, async () => {
      await spoil(training)
      const error = await training.train().then(
        () => expect.fail('it did not fail'),
        (reason: Error) => reason,
      )
      expect(error.name).equal('TrainingFailure')
      expect(error.message).match(sentence)
    })
  }
})
