import type { Parameters } from '../model/parameters.ts'
import { createRandom, type Random } from '../tensor/random.ts'
import { createTrainingTape } from '../tensor/tape.ts'
import { createAdam } from './adam.ts'
import { type Example, learnBatch } from './learn-batch.ts'
import { createRunningMean } from './running-mean.ts'

export interface TrainingOptions {
  readonly steps: number
  readonly batch: number
  readonly learningRate: number
  readonly seed: number
  /** One more example to learn from. */
  readonly nextExample: (random: Random) => Example
  /** Told after every step; the loss is the mean over the batch, `average` the weights so far. */
  readonly onStep?: (progress: { step: number; loss: number; average: Parameters }) => void
}

/** Steps over which the learning rate rises from zero. */
const WARM_UP = 100

/**
 * Teaches the model to tell pictures from noise; changes `model` and returns the running mean of its weights, which paints
 * better than the last ones. The same options give the same weights.
 */
export function trainModel(model: Parameters, options: TrainingOptions): Parameters {
  const random = createRandom(options.seed)
  const adam = createAdam([...model.values()])
  const average = createRunningMean(model)
  const tape = createTrainingTape()
  for (let step = 1; step <= options.steps; step++) {
    const examples = Array.from({ length: options.batch }, () => options.nextExample(random))
    const loss = learnBatch(tape, model, { examples, random })
    adam.step(options.learningRate * learningPace(step, options.steps))
    average.follow(step)
    options.onStep?.({ step, loss, average: average.numbers })
  }
  return average.numbers
}

function learningPace(step: number, steps: number): number {
  const left = 1 - step / steps
  return Math.min(1, step / WARM_UP, 0.02 + 1.6 * left)
}
