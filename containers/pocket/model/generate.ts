import { enlarge } from '../image/enlarge.ts'
import type { Picture } from '../image/picture.ts'
import { cropToProportions, resize } from '../image/resize.ts'
import { toPicture, toPixels } from '../image/tones.ts'
import { paint } from './paint.ts'
import { ARCHITECTURE, type Parameters } from './parameters.ts'
import { findSampler } from './samplers.ts'

/** A picture as a client asks for it. */
export interface GenerateRequest {
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly steps: number
  readonly guidance: number
  /** A name that `findSampler` knows. */
  readonly sampler: string
  readonly width: number
  readonly height: number
  /** A picture to begin with, and how far from it to go: 0 leaves it, 1 forgets it. */
  readonly start?: { readonly picture: Picture; readonly strength: number }
}

/**
 * Paints one picture. The network works at 32 × 32 whatever the size: the result is enlarged, and what does not fit the
 * proportions is cut off; a picture to begin with is squeezed into the square and stretched back instead. The same model and request
 * give the same bytes.
 */
export function generate(model: Parameters, request: GenerateRequest): Picture {
  const { side } = ARCHITECTURE
  const { width, height, start } = request
  const sampler = findSampler(request.sampler)
  if (sampler === undefined) throw new RangeError(`There is no sampler called ${request.sampler}`)
  const { start: _, ...order } = request
  const begin = start && { strength: start.strength, pixels: toPixels(resize(start.picture, side, side)) }
  const pixels = paint(model, { ...order, sampler, ...(begin && { start: begin }) })
  const painted = toPicture(pixels, side, side)
  return enlarge(start === undefined ? cropToProportions(painted, width, height) : painted, width, height)
}
