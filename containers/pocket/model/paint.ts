import { constantMatrix } from '../tensor/matrix.ts'
import { createRandom } from '../tensor/random.ts'
import { createSamplingTape } from '../tensor/tape.ts'
import { placeWords } from '../text/place-words.ts'
import { denoise } from './denoiser.ts'
import { ARCHITECTURE, type Parameters } from './parameters.ts'
import type { Sampler, SamplerState } from './samplers.ts'
import { encodeText } from './text-encoder.ts'

/** What is to be painted. */
export interface PaintOrder {
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly steps: number
  /** A1111's cfg_scale: how far to go beyond the prompt's own guess, away from the negative prompt's. 1 does not, 7 is usual. */
  readonly guidance: number
  readonly sampler: Sampler
  /** A picture to start from instead of noise alone, and how far from it to go, 0 to 1. */
  readonly start?: { readonly pixels: Float32Array; readonly strength: number }
}

/**
 * A picture of `ARCHITECTURE.side` × `ARCHITECTURE.side` pixels, from -1 to 1: red, green, blue, pixel by pixel. The same
 * model and order give the same bits on every machine.
 */
export function paint(model: Parameters, order: PaintOrder): Float32Array {
  const random = createRandom(order.seed)
  const pixels = Float32Array.from({ length: ARCHITECTURE.side ** 2 * 3 }, () => random.normal())
  const strength = order.start?.strength ?? 1
  const { level } = order.sampler
  // As A1111 does, img2img runs only the last share of the steps.
  const first = Math.min(order.steps, Math.round(order.steps * (1 - strength)))
  const place = (step: number): number => level(step / order.steps)
  if (order.start !== undefined) mixIn(pixels, order.start.pixels, place(first))
  const state: SamplerState = { pixels, random, guessAt: createGuesser(model, order) }
  for (let step = first; step < order.steps; step++) order.sampler.step(state, place(step), place(step + 1))
  return pixels.map((value) => Math.min(1, Math.max(-1, value)))
}

function mixIn(noise: Float32Array, picture: Float32Array, level: number): void {
  for (let i = 0; i < noise.length; i++) noise[i] = level * noise[i]! + (1 - level) * picture[i]!
}

/** Large models want to be pulled hard, this one gently: what 7 is for them is 1.5 for it. */
const GUIDANCE_SHARE = 1 / 12

/** Guesses for the prompt and for the negative prompt in one run of the network, and goes from the second through the first. */
function createGuesser(model: Parameters, order: PaintOrder): SamplerState['guessAt'] {
  const tape = createSamplingTape()
  const prompts = order.guidance === 1 ? [order.prompt] : [order.prompt, order.negativePrompt]
  const text = encodeText(tape, model, placeWords(prompts, ARCHITECTURE.places))
  const kept = constantMatrix(text.rows, text.columns, text.data.slice())
  return (pixels, level) => {
    tape.reset()
    const doubled = constantMatrix((prompts.length * pixels.length) / 3, 3)
    prompts.forEach((_, index) => {
      doubled.data.set(pixels, index * pixels.length)
    })
    const noiseLevels = prompts.map(() => level)
    const guess = denoise(tape, model, { pixels: doubled, noiseLevels, text: kept }).pixels.data
    return guided(guess, { length: pixels.length, guidance: 1 + (order.guidance - 1) * GUIDANCE_SHARE })
  }
}

function guided(guess: Float32Array, { length, guidance }: { length: number; guidance: number }): Float32Array {
  if (guidance === 1) return clamped(guess)
  return clamped(
    Float32Array.from({ length }, (_, i) => guess[length + i]! + guidance * (guess[i]! - guess[length + i]!)),
  )
}

/** Pictures have no values beyond ±1; strong guidance would leave them. */
function clamped(guess: Float32Array): Float32Array {
  return guess.map((value) => Math.min(1.05, Math.max(-1.05, value)))
}
