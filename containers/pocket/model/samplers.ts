import type { Random } from '../tensor/random.ts'

/** The picture in the making. */
export interface SamplerState {
  /** Changed in place by every step. */
  readonly pixels: Float32Array
  /** The guess of the clean picture at a noise level. */
  readonly guessAt: (pixels: Float32Array, level: number) => Float32Array
  readonly random: Random
  /** The guess of the step before, for samplers of several steps. */
  previous?: { readonly guess: Float32Array; readonly level: number }
}

/** Moves the picture from one noise level to the next lower one. */
type SamplerStep = (state: SamplerState, from: number, to: number) => void

/** How a sampler walks and how it spreads its steps. */
export interface Sampler {
  readonly step: SamplerStep
  /** Noise level, 1 to 0, of a place from 0 to 1 on the way. */
  readonly level: (place: number) => number
}

/** Straight towards the guess. In this model's terms DDIM is the same walk. */
const euler: SamplerStep = ({ pixels, guessAt }, from, to) => {
  walk(pixels, guessAt(pixels, from), to / from)
}

/** Further towards the guess than needed, then fresh noise for the difference. */
const ancestral: SamplerStep = ({ pixels, guessAt, random }, from, to) => {
  const kept = (to * to) / from
  walk(pixels, guessAt(pixels, from), kept / from)
  if (to === 0) return
  // Walking down to `kept` leaves the picture at strength 1 - kept; scaling makes room for the fresh noise.
  const scale = (1 - to) / (1 - kept)
  const fresh = Math.sqrt(Math.max(0, to * to - (scale * kept) ** 2))
  for (let i = 0; i < pixels.length; i++) pixels[i] = scale * pixels[i]! + fresh * random.normal()
}

/** A trial step, then a step by the mean of both slopes. */
const heun: SamplerStep = ({ pixels, guessAt }, from, to) => {
  const first = guessAt(pixels, from).slice()
  if (to === 0) {
    walk(pixels, first, 0)
    return
  }
  const trial = pixels.slice()
  walk(trial, first, to / from)
  const second = guessAt(trial, to)
  for (let i = 0; i < pixels.length; i++) {
    const slope = ((pixels[i]! - first[i]!) / from + (trial[i]! - second[i]!) / to) / 2
    pixels[i]! += slope * (to - from)
  }
}

/** Euler with the guess carried on from the last two steps. */
const twoSteps: SamplerStep = (state, from, to) => {
  const { pixels, previous } = state
  const guess = state.guessAt(pixels, from).slice()
  const ahead = previous === undefined ? 0 : (from - to) / (2 * (previous.level - from))
  const carried = previous === undefined ? guess : guess.map((now, i) => now + ahead * (now - previous.guess[i]!))
  walk(pixels, carried, to / from)
  state.previous = { guess, level: from }
}

/** Keeps `share` of the distance between the picture and the guess. */
function walk(pixels: Float32Array, guess: Float32Array, share: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = guess[i]! + share * (pixels[i]! - guess[i]!)
}

const evenly = (place: number): number => 1 - place
/** More steps where there is little noise, as the schedule of that name has. */
const karras = (place: number): number => ((1 - place) * (1 - place) + (1 - place)) / 2

/** A1111's names and what each does here. Names that are not listed are refused. */
const STEPS: Readonly<Record<string, SamplerStep>> = {
  Euler: euler,
  'Euler a': ancestral,
  DDIM: euler,
  PLMS: twoSteps,
  LMS: twoSteps,
  UniPC: twoSteps,
  Heun: heun,
  DPM2: heun,
  'DPM2 a': ancestral,
  'DPM++ 2S a': ancestral,
  'DPM++ 2M': twoSteps,
  'DPM++ 2M SDE': ancestral,
  'DPM++ SDE': ancestral,
  'DPM++ 3M SDE': ancestral,
  'DPM fast': euler,
  'DPM adaptive': heun,
  LCM: ancestral,
}

const KARRAS = ' Karras'

/** The sampler of this name, with or without " Karras" at its end, or undefined. */
export function findSampler(name: string): Sampler | undefined {
  const isKarras = name.endsWith(KARRAS)
  const plain = isKarras ? name.slice(0, -KARRAS.length) : name
  if (!Object.hasOwn(STEPS, plain)) return undefined
  return { step: STEPS[plain]!, level: isKarras ? karras : evenly }
}

/** Every sampler's name. */
export const SAMPLER_NAMES: readonly string[] = Object.keys(STEPS)
