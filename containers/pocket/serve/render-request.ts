import { findSampler, SAMPLER_NAMES } from '../model/samplers.ts'
import { refuse, unsupported } from './container-error.ts'
import { type Fields, isFields, numberField, textField, wholeField } from './fields.ts'
import { type LoraUse, readLoraUses } from './lora-uses.ts'

/** What txt2img and img2img are asked for, checked and with the defaults filled in. */
export interface RenderRequest {
  /** Both prompts stand as they were sent, tags included. */
  readonly prompt: string
  readonly negativePrompt: string
  /** The LoRAs that the prompt names. */
  readonly loras: readonly LoraUse[]
  readonly seed: number
  readonly steps: number
  readonly guidance: number
  readonly sampler: string
  /** Of the result, after the hires fix if one is asked for. */
  readonly width: number
  readonly height: number
  readonly batchSize: number
  readonly batches: number
  /** img2img only: the picture, and how far to go from it. */
  readonly start?: { readonly image: Uint8Array; readonly strength: number }
}

const SIDE = { fallback: 256, min: 32, max: 1024 }
const MOST_IMAGES = 16
const MOST_SEEDS = 2 ** 32

/** The request in an A1111 payload. Throws `InvalidPayload` naming the field, or `UnsupportedTask`. `randomSeed` is asked where the seed is -1. */
export function readRenderRequest(
  payload: Fields,
  task: 'txt2img' | 'img2img',
  randomSeed: () => number,
): RenderRequest {
  refuseUnsupported(payload)
  const [width, height] = sizeOf(payload)
  const batchSize = wholeField(payload, 'batch_size', { fallback: 1, min: 1, max: MOST_IMAGES })
  const batches = wholeField(payload, 'n_iter', { fallback: 1, min: 1, max: MOST_IMAGES })
  if (batchSize * batches > MOST_IMAGES)
    refuse('batch_size', `times n_iter is ${batchSize * batches}; at most ${MOST_IMAGES}`)
  const seed = wholeField(payload, 'seed', { fallback: -1, min: -1, max: Number.MAX_SAFE_INTEGER - MOST_IMAGES })
  const [prompt, loras] = promptField(payload, 'prompt')
  // As in A1111, LoRAs are for the whole picture: a tag in the negative prompt is taken out and does nothing.
  const [negativePrompt] = promptField(payload, 'negative_prompt')
  return {
    prompt,
    negativePrompt,
    loras: payload.disable_extra_networks === true ? [] : loras,
    seed: seed === -1 ? Math.floor(randomSeed() * MOST_SEEDS) : seed,
    steps: wholeField(payload, 'steps', { fallback: 20, min: 1, max: 150 }),
    guidance: numberField(payload, 'cfg_scale', { fallback: 7, min: 1, max: 30 }),
    sampler: samplerOf(payload),
    width,
    height,
    batchSize,
    batches,
    ...(task === 'img2img' ? { start: startOf(payload) } : {}),
  }
}

/** A picture in base64, with or without `data:…;base64,` before it. */
export function imageField(value: unknown, name: string): Uint8Array {
  if (typeof value !== 'string' || value === '') refuse(name, 'is missing; give a PNG in base64')
  const text = value.replace(/^data:[^,]*,/, '')
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) refuse(name, 'is not base64')
  return Buffer.from(text, 'base64')
}

function promptField(payload: Fields, name: string): [prompt: string, loras: LoraUse[]] {
  const prompt = textField(payload, name, '')
  return [prompt, readLoraUses(name, prompt)]
}

/** Fields that ask for what this container has not got, and when they do. */
const UNSUPPORTED: readonly [field: string, isAsked: (value: unknown) => boolean, what: string][] = [
  ['mask', (value) => typeof value === 'string' && value !== '', 'inpainting with a mask'],
  ['script_name', (value) => typeof value === 'string' && value !== '' && value !== 'None', 'scripts'],
  ['alwayson_scripts', hasEnabledControlNet, 'ControlNet'],
]

function refuseUnsupported(payload: Fields): void {
  for (const [field, isAsked, what] of UNSUPPORTED) if (isAsked(payload[field])) unsupported(`${what} (${field})`)
}

function hasEnabledControlNet(scripts: unknown): boolean {
  if (!isFields(scripts)) return false
  const units = Object.entries(scripts)
    .filter(([name]) => name.toLowerCase() === 'controlnet')
    .flatMap(([, script]) => (isFields(script) && Array.isArray(script.args) ? script.args : []))
  return units.some(
    (unit) => isFields(unit) && unit.enabled !== false && typeof unit.model === 'string' && unit.model !== 'None',
  )
}

function sizeOf(payload: Fields): [width: number, height: number] {
  const sides = (['width', 'height'] as const).map((name) => {
    const side = wholeField(payload, name, SIDE)
    return side % 8 === 0 ? side : refuse(name, `is ${side}; give a multiple of 8`)
  }) as [number, number]
  if (payload.enable_hr !== true) return sides
  const scale = numberField(payload, 'hr_scale', { fallback: 2, min: 1, max: 4 })
  return (['hr_resize_x', 'hr_resize_y'] as const).map((name, axis) => {
    const wanted = wholeField(payload, name, { fallback: 0, min: 0, max: 2048 })
    return wanted === 0 ? Math.round(sides[axis]! * scale) : wanted
  }) as [number, number]
}

function samplerOf(payload: Fields): string {
  const field = textField(payload, 'sampler_name', '') === '' ? 'sampler_index' : 'sampler_name'
  const name = textField(payload, field, 'Euler') || 'Euler'
  const scheduler = textField(payload, 'scheduler', '')
  const full = scheduler === 'Karras' && !name.endsWith(' Karras') ? `${name} Karras` : name
  if (findSampler(full) !== undefined) return full
  return refuse(field, `is "${name}"; give one of ${SAMPLER_NAMES.join(', ')}, with or without " Karras"`)
}

function startOf(payload: Fields): { image: Uint8Array; strength: number } {
  const images = payload.init_images
  if (!Array.isArray(images) || images.length === 0)
    refuse('init_images', 'is missing; give a list with one PNG in base64')
  const strength = numberField(payload, 'denoising_strength', { fallback: 0.75, min: 0, max: 1 })
  return { image: imageField(images[0], 'init_images[0]'), strength }
}
