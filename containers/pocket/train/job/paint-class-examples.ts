import { setImmediate } from 'node:timers/promises'
import { paint } from '../../model/paint.ts'
import type { Parameters } from '../../model/parameters.ts'
import { findSampler } from '../../model/samplers.ts'
import { createRandom, type Random } from '../../tensor/random.ts'
import { parsePrompt } from '../../text/parse-prompt.ts'
import { COLOURS, taughtWord } from '../../text/vocabulary.ts'
import { captionScene } from '../caption.ts'
import type { Example } from '../learn-batch.ts'
import { randomScene } from '../scene.ts'

const STEPS = 12
const TOLD_EVERY = 10

export interface ClassExamplesOptions {
  readonly prompt: string
  readonly count: number
  readonly seed: number
  readonly log: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Pictures of what the base model paints now and shall go on painting. The model makes mush of a prompt that leaves colours
 * open, so a third is of the class prompt as it stands, a third of it with colours, and a third of anything the model knows.
 */
export async function paintClassExamples(base: Parameters, options: ClassExamplesOptions): Promise<Example[]> {
  const { count, seed, log, signal } = options
  const random = createRandom(seed)
  const examples: Example[] = []
  const sampler = findSampler('Euler')!
  for (let index = 0; index < count; index++) {
    const caption = CAPTIONS[index % CAPTIONS.length]!(options.prompt, random)
    // Without guidance: pictures of the model's own distribution are those that leave it where it is.
    const order = { prompt: caption, negativePrompt: '', seed: seed + index, steps: STEPS, guidance: 1, sampler }
    examples.push({ caption, pixels: paint(base, order) })
    if ((index + 1) % TOLD_EVERY === 0 || index + 1 === count) log(`painting class images ${index + 1}/${count}`)
    await setImmediate()
    signal.throwIfAborted()
  }
  return examples
}

const CAPTIONS: readonly ((prompt: string, random: Random) => string)[] = [
  (prompt) => prompt,
  colourIn,
  (_, random) => captionScene(randomScene(random), random),
]

/** "a toy" → "a red toy on blue"; a prompt that names a colour stays as it is. */
function colourIn(prompt: string, random: Random): string {
  const namesColour = parsePrompt(prompt).some(({ word }) => isColour(taughtWord(word)))
  const words = prompt.trim().split(/\s+/)
  if (namesColour || words.length === 0) return prompt
  const colour = random.pick(COLOURS)
  const ground = random.pick(COLOURS.filter((other) => other !== colour))
  return [...words.slice(0, -1), colour, ...words.slice(-1), 'on', ground].join(' ')
}

function isColour(word: string | undefined): boolean {
  return (COLOURS as readonly (string | undefined)[]).includes(word)
}
