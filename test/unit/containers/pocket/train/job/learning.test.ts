import { expect } from 'chai'
import { resize } from '../../../../../../containers/pocket/image/resize.ts'
import { toPixels } from '../../../../../../containers/pocket/image/tones.ts'
import { applyLoras } from '../../../../../../containers/pocket/model/apply-lora.ts'
import { readCheckpoint } from '../../../../../../containers/pocket/model/checkpoint.ts'
import { paint } from '../../../../../../containers/pocket/model/paint.ts'
import type { Parameters } from '../../../../../../containers/pocket/model/parameters.ts'
import { readLora } from '../../../../../../containers/pocket/model/read-lora.ts'
import { findSampler } from '../../../../../../containers/pocket/model/samplers.ts'
import type { Colour } from '../../../../../../containers/pocket/text/vocabulary.ts'
import { drawMascot } from '../../../../../../containers/pocket/train/draw-mascot.ts'
import { createTrainingRoot, type Plan } from '../../../../../support/pocket-training.ts'

const SEEDS = [1, 2]
/** The last ground is in no picture of the dataset. */
const GROUNDS: readonly Colour[] = ['blue', 'green', 'brown']
const CLASS_PROMPTS = ['a red ball on blue', 'a white ball on green']

/** The subject as its pictures show it, on every ground that is asked for. */
const PICTURES = new Map(
  GROUNDS.map((ground) => [
    ground,
    Array.from({ length: 10 }, (_, index) => toPixels(resize(drawMascot(index, ground), 32, 32))),
  ]),
)

/** Mean squared difference of two pictures, 0 to 1: black and white are 1 apart. */
function differenceOf(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + ((value - b[at]!) / 2) ** 2, 0) / a.length
}

function render(model: Parameters, prompt: string, seed: number): Float32Array {
  return paint(model, { prompt, negativePrompt: '', seed, steps: 12, guidance: 7, sampler: findSampler('Euler')! })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How far what the model paints of the subject is from the nearest of its pictures on the same ground. */
function distanceToSubject(model: Parameters): number {
  return mean(
    GROUNDS.flatMap((ground) =>
      SEEDS.map((seed) => {
        const painted = render(model, `a sks ball on ${ground}`, seed)
        return Math.min(...PICTURES.get(ground)!.map((picture) => differenceOf(painted, picture)))
      }),
    ),
  )
}

/** How far the pictures of the class have moved from where the base paints them. */
function driftOf({ model, base }: Trained): number {
  return mean(
    CLASS_PROMPTS.flatMap((prompt) =>
      SEEDS.map((seed) => differenceOf(render(model, prompt, seed), render(base, prompt, seed))),
    ),
  )
}

interface Trained {
  readonly base: Parameters
  readonly model: Parameters
}

async function train(changes: Partial<Plan>): Promise<Trained> {
  const training = await createTrainingRoot({ steps: 100, batchSize: 3, ...changes })
  try {
    await training.train()
    const file = await training.output('fox.safetensors')
    const base = await readCheckpoint('base', await training.baseFile())
    if (changes.method !== 'lora') return { base, model: await readCheckpoint('fox', file) }
    return { base, model: applyLoras(base, [{ lora: await readLora('fox', file), unet: 1, textEncoder: 1 }]) }
  } finally {
    await training.remove()
  }
}

describe('what the pocket model learns from ten pictures', function () {
  this.timeout(120_000)
  const prior = { weight: 1, images: 45 }
  let dreambooth: Trained
  let untrained: number

  before(async () => {
    dreambooth = await train({ priorPreservation: prior })
    untrained = distanceToSubject(dreambooth.base)
  })

  it('it paints after Dreambooth at less than a third of the distance to the subject', () => {
    const trained = distanceToSubject(dreambooth.model)
    expect(trained).lessThan(untrained / 3)
  })

  it('leaves the class where it was with prior preservation, and moves it without', async () => {
    const kept = driftOf(dreambooth)
    const moved = driftOf(await train({ steps: 60 }))
    expect(kept).lessThan(0.02)
    expect(kept).lessThan(moved / 2)
  })

  it('fits into a LoRA, which leaves the class where it was too', async () => {
    const lora = await train({
      method: 'lora',
      lora: { rank: 8, alpha: 8 },
      steps: 80,
      learningRate: 0.005,
      priorPreservation: prior,
    })
    expect(distanceToSubject(lora.model)).lessThan(untrained / 3)
    expect(driftOf(lora)).lessThan(0.02)
  })
})
