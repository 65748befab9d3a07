import { expect } from 'chai'
import { applyLoras } from '../../../../../containers/pocket/model/apply-lora.ts'
import { initialParameters, type Parameters } from '../../../../../containers/pocket/model/parameters.ts'
import { readLora } from '../../../../../containers/pocket/model/read-lora.ts'
import { writeLora } from '../../../../../containers/pocket/model/write-lora.ts'
import { createRandom } from '../../../../../containers/pocket/tensor/random.ts'
import { createTrainingTape } from '../../../../../containers/pocket/tensor/tape.ts'
import { learnBatch } from '../../../../../containers/pocket/train/learn-batch.ts'
import type { Learner } from '../../../../../containers/pocket/train/learner.ts'
import { createLoraLearner, downOf, upOf } from '../../../../../containers/pocket/train/lora-learner.ts'

const RANK = 6
const ALPHA = 3
const PIXELS = Float32Array.from({ length: 32 * 32 * 3 }, (_, at) => ((at * 37) % 200) / 100 - 1)

/** A learner whose factors are all random, so that both have gradients. */
function createLearner(base: Parameters): Learner {
  const learner = createLoraLearner(base, { rank: RANK, alpha: ALPHA, trainsText: true, seed: 5 })
  const random = createRandom(9)
  for (const [name, { rows, columns, data }] of [...learner.trained.denoiser, ...learner.trained.textEncoder]) {
    if (!name.endsWith('.up')) continue
    // Rows beyond the rank are padding.
    for (let at = 0; at < Math.min(RANK, rows) * columns; at++) data[at] = random.normal() / 20
  }
  learner.compose()
  return learner
}

function lossOf(learner: Learner): number {
  const examples = [{ caption: 'a sks ball on blue', pixels: PIXELS }]
  return learnBatch(createTrainingTape(), learner.model, { examples, random: createRandom(3) })
}

describe('learning a LoRA', () => {
  const base = initialParameters(4)

  it('begins with a change of nothing', () => {
    const learner = createLoraLearner(base, { rank: RANK, alpha: ALPHA, trainsText: true, seed: 5 })
    learner.compose()
    for (const [name, { data }] of base) expect(learner.model.get(name)!.data).deep.equal(data)
  })

  it('gives the factors the gradients that small differences give', () => {
    const learner = createLearner(base)
    lossOf(learner)
    learner.project()
    const STEP = 1e-2
    for (const module of [
      'cond_stage_model.token_embedding',
      'model.diffusion_model.stem',
      'model.diffusion_model.out',
    ]) {
      for (const name of [downOf(`${module}.weight`), upOf(`${module}.weight`)]) {
        const part = name.startsWith('cond') ? learner.trained.textEncoder : learner.trained.denoiser
        const { data, gradient } = part.get(name)!
        const steepest = gradient.reduce(
          (best, slope, at) => (Math.abs(slope) > Math.abs(gradient[best]!) ? at : best),
          0,
        )
        const [there, slope] = [data[steepest]!, gradient[steepest]!]
        const losses = [STEP, -STEP].map((step) => {
          data[steepest] = there + step
          learner.compose()
          const loss = lossOf(learner)
          for (const matrix of learner.model.values()) matrix.gradient.fill(0)
          return loss
        })
        data[steepest] = there
        expect(Math.abs(slope), name).greaterThan(1e-6)
        expect(slope, name).closeTo((losses[0]! - losses[1]!) / (2 * STEP), Math.abs(slope) * 0.05 + 1e-5)
      }
    }
  })

  it('writes a file that changes a model as the training did, whatever the rank', async () => {
    const learner = createLearner(base)
    const { denoiser, textEncoder } = learner.trained
    const factors = new Map([...denoiser, ...textEncoder])
    const changes = [...base.keys()]
      .filter((parameter) => factors.has(downOf(parameter)))
      .map((parameter) => ({ parameter, down: factors.get(downOf(parameter))!, up: factors.get(upOf(parameter))! }))
    const file = writeLora(changes, { rank: RANK, alpha: ALPHA, type: 'F32', metadata: new Map() })
    const lora = await readLora('a', file)
    expect(lora.map(({ module }) => module.parameter)).members(changes.map(({ parameter }) => parameter))
    for (const [name, { data }] of applyLoras(base, [{ lora, unet: 1, textEncoder: 1 }])) {
      learner.model.get(name)!.data.forEach((value, at) => {
        if (Math.abs(value - data[at]!) > 1e-5) expect.fail(`${name}[${at}] is ${data[at]}, not ${value}`)
      })
    }
  })
})
