import { setImmediate } from 'node:timers/promises'
import type { Parameters } from '../model/parameters.ts'
import { constantMatrix } from '../tensor/matrix.ts'
import { createRandom, type Random } from '../tensor/random.ts'
import { createTrainingTape } from '../tensor/tape.ts'
import { createAdam } from './adam.ts'
import { type Example, learnBatch } from './learn-batch.ts'
import type { Learner } from './learner.ts'
import { learningPace, type PaceOptions } from './learning-pace.ts'
import { createRunningMean } from './running-mean.ts'

export interface FineTuningOptions extends PaceOptions {
  readonly batchSize: number
  /** Batches whose gradients are gathered for one step. */
  readonly gradientAccumulation: number
  readonly learningRate: number
  readonly textEncoderLearningRate: number
  readonly seed: number
  /** Whether the subject's pictures are shown mirrored half of the time. */
  readonly flip: boolean
  readonly instances: readonly Example[]
  /** As many of these are learned with every batch, that the model forgets nothing; none without prior preservation. */
  readonly classes: readonly Example[]
}

/** A training on few pictures that can be put away after any step and taken up again. */
export interface FineTuning {
  /** Steps taken. */
  readonly step: number
  /** Takes one step and returns its loss and learning rate. Lets others run between batches; aborted there, the step was not taken. */
  takeStep(signal: AbortSignal): Promise<{ loss: number; learningRate: number }>
  /** What was learned so far: the running mean of the trained numbers, by name. */
  readonly learned: Parameters
  /** Everything that the next steps depend on, by name; filled and followed by `resumeAt` the training goes on from there. */
  readonly state: Parameters
  resumeAt(step: number): void
}

/** The same options give the same numbers after the same step, whether or not the training was put away in between. */
export function createFineTuning(learner: Learner, options: FineTuningOptions): FineTuning {
  const { denoiser, textEncoder } = learner.trained
  const trained: Parameters = new Map([...denoiser, ...textEncoder])
  const optimizers = [
    { adam: createAdam([...denoiser.values()]), rate: options.learningRate },
    { adam: createAdam([...textEncoder.values()]), rate: options.textEncoderLearningRate },
  ]
  const mean = createRunningMean(trained)
  const tape = createTrainingTape()
  let step = 0
  return {
    get step() {
      return step
    },
    takeStep: async (signal) => {
      // Every step has random numbers of its own, so that nothing of them need be put away.
      const random = createRandom(options.seed + Math.imul(step + 1, 0x85ebca6b))
      let loss = 0
      for (let batch = 0; batch < options.gradientAccumulation; batch++) {
        loss += learnBatch(tape, learner.model, { examples: pickBatch(options, random), random })
        await setImmediate()
        signal.throwIfAborted()
      }
      step++
      learner.project()
      const pace = learningPace(step, options)
      for (const { adam, rate } of optimizers) adam.step(rate * pace)
      mean.follow(step)
      learner.compose()
      return { loss, learningRate: options.learningRate * pace }
    },
    learned: mean.numbers,
    state: listState({ trained, mean: mean.numbers, moments: optimizers.flatMap(({ adam }) => adam.moments) }),
    resumeAt: (from) => {
      step = from
      for (const { adam } of optimizers) adam.resumeAt(from)
      learner.compose()
    },
  }
}

/** The subject's pictures, then as many of the class; every example weighs its share of the step. */
function pickBatch({ batchSize, instances, classes, flip, gradientAccumulation }: FineTuningOptions, random: Random) {
  const share = 1 / gradientAccumulation
  const weigh = (example: Example): Example => ({ ...example, weight: share * (example.weight ?? 1) })
  const times = (count: number, pick: () => Example): Example[] => Array.from({ length: count }, () => weigh(pick()))
  return [
    ...times(batchSize, () => {
      const example = random.pick(instances)
      return flip && random.uniform() < 0.5 ? mirror(example) : example
    }),
    ...times(classes.length === 0 ? 0 : batchSize, () => random.pick(classes)),
  ]
}

function mirror(example: Example): Example {
  const { pixels } = example
  const side = Math.round(Math.sqrt(pixels.length / 3))
  const mirrored = pixels.map((_, at) => {
    const [c, x, row] = [at % 3, Math.floor(at / 3) % side, Math.floor(at / 3 / side)]
    return pixels[(row * side + side - 1 - x) * 3 + c]!
  })
  return { ...example, pixels: mirrored }
}

interface StateParts {
  readonly trained: Parameters
  readonly mean: Parameters
  readonly moments: readonly { mean: Float32Array; square: Float32Array }[]
}

function listState({ trained, mean, moments }: StateParts): Parameters {
  return new Map(
    [...trained].flatMap(([name, matrix], at) => {
      const { mean: slope, square } = moments[at]!
      const like = (data: Float32Array) => constantMatrix(matrix.rows, matrix.columns, data)
      return [
        [`trained.${name}`, matrix],
        [`learned.${name}`, mean.get(name)!],
        [`slope.${name}`, like(slope)],
        [`square.${name}`, like(square)],
      ] as const
    }),
  )
}
