import { denoise } from '../model/denoiser.ts'
import { ARCHITECTURE, type Parameters } from '../model/parameters.ts'
import { encodeText } from '../model/text-encoder.ts'
import { constantMatrix, type Matrix } from '../tensor/matrix.ts'
import type { Random } from '../tensor/random.ts'
import type { Tape } from '../tensor/tape.ts'
import { placeWords } from '../text/place-words.ts'

/** A picture with what it shows; pixels from -1 to 1. */
export interface Example {
  readonly caption: string
  readonly pixels: Float32Array
  /** How much its error counts; 1 ordinarily. */
  readonly weight?: number
  /** The colours it is made of, where they are known: three numbers for each slot of the palette, from -1 to 1; NaN where a slot is not used. */
  readonly palette?: readonly number[]
  /** Where the shape is, if that is known: for each pixel 1 inside and 0 outside. */
  readonly layout?: Float32Array
}

/** How much the errors of what the text alone says count. */
const PALETTE_WEIGHT = 1 / 2
const LAYOUT_WEIGHT = 1 / 16
/** Below this noise level an error counts no more than at it. */
const LEAST_LEVEL = 0.2

/** Hides each picture in noise, lets the model guess it, adds the gradients of the error to the model's and returns the error. */
export function learnBatch(
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
  const shares = examples.map(({ weight = 1 }, at) => weight / Math.max(LEAST_LEVEL, noiseLevels[at]!))
  const loss = setLossGradient(guess.pixels, clean, shares)
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

/** The squared error of the guess, each picture's times its share: where there is little noise, and so little error, it counts more. */
function setLossGradient(guess: Matrix, clean: Float32Array, shares: readonly number[]): number {
  const each = clean.length / shares.length
  let loss = 0
  for (let i = 0; i < clean.length; i++) {
    const share = shares[Math.floor(i / each)]!
    const error = guess.data[i]! - clean[i]!
    loss += (share * error * error) / clean.length
    guess.gradient[i] = (2 * share * error) / clean.length
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
