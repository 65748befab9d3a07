import { denoise } from '../model/denoiser.ts'
import { ARCHITECTURE, type Parameters } from '../model/parameters.ts'
import { encodeText } from '../model/text-encoder.ts'
import { constantMatrix, type Matrix } from '../tensor/matrix.ts'
import { createRandom, type Random } from '../tensor/random.ts'
import { createTrainingTape, type Tape } from '../tensor/tape.ts'
import { placeWords } from '../text/place-words.ts'
import { createAdam } from './adam.ts'

/** A picture with what it shows; pixels from -1 to 1. */
export interface Example {
  readonly caption: string
  readonly pixels: Float32Array
  /** The colours it is made of, where they are known: three numbers for each slot of the palette, from -1 to 1; NaN where a slot is not used. */
  readonly palette?: readonly number[]
  /** Where the shape is, if that is known: for each pixel 1 inside and 0 outside. */
  readonly layout?: Float32Array
}

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
/** How much the errors of what the text alone says count. */
const PALETTE_WEIGHT = 1 / 2
const LAYOUT_WEIGHT = 1 / 16
/** Below this noise level an error counts no more than at it. */
const LEAST_LEVEL = 0.2

/**
 * Teaches the model to tell pictures from noise; changes `model` and returns the running mean of its weights, which paints
 * better than the last ones. The same options give the same weights.
 */
export function trainModel(model: Parameters, options: TrainingOptions): Parameters {
  const random = createRandom(options.seed)
  const adam = createAdam([...model.values()])
  const average = copyParameters(model)
  const tape = createTrainingTape()
  for (let step = 1; step <= options.steps; step++) {
    const examples = Array.from({ length: options.batch }, () => options.nextExample(random))
    const loss = learn(tape, model, { examples, random })
    adam.step(options.learningRate * learningPace(step, options.steps))
    follow(average, model, Math.min(0.995, step / (step + 10)))
    options.onStep?.({ step, loss, average })
  }
  return average
}

function learningPace(step: number, steps: number): number {
  const left = 1 - step / steps
  return Math.min(1, step / WARM_UP, 0.02 + 1.6 * left)
}

/** Adds the gradients of one batch and returns its loss. */
function learn(
  tape: Tape,
  model: Parameters,
  { examples, random }: { examples: readonly Example[]; random: Random },
): number {
  tape.reset()
  // What a picture shows is decided where there is most noise, so most of the practice is there.
  const noiseLevels = examples.map(() => 1 - random.uniform() ** 2)
  const clean = stackPixels(examples)
  const pixels = constantMatrix(Math.round(clean.length / 3), 3)
  const each = clean.length / examples.length
  for (let i = 0; i < clean.length; i++) {
    const level = noiseLevels[Math.floor(i / each)]!
    pixels.data[i] = (1 - level) * clean[i]! + level * random.normal()
  }
  const words = placeWords(
    examples.map(({ caption }) => caption),
    ARCHITECTURE.places,
  )
  const guess = denoise(tape, model, { pixels, noiseLevels, text: encodeText(tape, model, words) })
  const loss = setLossGradient(guess.pixels, clean, noiseLevels)
  addHintGradient(
    guess.palette,
    examples.map(({ palette }) => palette),
    PALETTE_WEIGHT,
  )
  addHintGradient(
    guess.layout,
    examples.map(({ layout }) => layout),
    LAYOUT_WEIGHT,
  )
  tape.backward()
  return loss
}

/** The squared error of the guess; where there is little noise, and so little error, it counts more. */
function setLossGradient(guess: Matrix, clean: Float32Array, noiseLevels: readonly number[]): number {
  const each = clean.length / noiseLevels.length
  let loss = 0
  for (let i = 0; i < clean.length; i++) {
    const weight = 1 / Math.max(LEAST_LEVEL, noiseLevels[Math.floor(i / each)]!)
    const error = guess.data[i]! - clean[i]!
    loss += (weight * error * error) / clean.length
    guess.gradient[i] = (2 * weight * error) / clean.length
  }
  return loss
}

/** Adds the squared error of palette or layout where the truth is known, so that words, colours and shapes find each other early. */
function addHintGradient(hint: Matrix, truths: readonly (ArrayLike<number> | undefined)[], weight: number): void {
  const share = weight / truths.length
  truths.forEach((truth, row) => {
    for (let c = 0; c < (truth?.length ?? 0); c++) {
      const at = row * hint.columns + c
      const wanted = truth![c]!
      if (!Number.isNaN(wanted)) hint.gradient[at]! += share * (hint.data[at]! - wanted)
    }
  })
}

function stackPixels(examples: readonly Example[]): Float32Array {
  const each = examples[0]!.pixels.length
  const stacked = new Float32Array(each * examples.length)
  examples.forEach(({ pixels }, index) => {
    stacked.set(pixels, index * each)
  })
  return stacked
}

function copyParameters(model: Parameters): Parameters {
  return new Map(
    [...model].map(([name, { rows, columns, data }]) => [name, constantMatrix(rows, columns, data.slice())]),
  )
}

function follow(average: Parameters, model: Parameters, keep: number): void {
  for (const [name, { data }] of average) {
    const towards = model.get(name)!.data
    for (let i = 0; i < data.length; i++) data[i] = keep * data[i]! + (1 - keep) * towards[i]!
  }
}
