import type { Picture } from '../image/picture.ts'
import { writePng } from '../image/write-png.ts'
import type { RenderRequest } from './render-request.ts'

/** What a reply tells beside the pictures. */
export interface RenderFacts {
  readonly request: RenderRequest
  readonly modelName: string
  readonly modelHash: string
  /** One for each LoRA of the request. */
  readonly loraHashes: readonly string[]
  /** Milliseconds since the epoch. */
  readonly finishedAt: number
}

/** The answer to txt2img and img2img: PNGs in base64, the payload with its defaults filled in, and A1111's `info` as a text. */
export function renderReply(
  pictures: readonly Picture[],
  payload: Readonly<Record<string, unknown>>,
  facts: RenderFacts,
): object {
  const { request } = facts
  const infotexts = pictures.map((_, index) => infotextOf(facts, request.seed + index))
  const images = pictures.map((picture, index) =>
    writePng(picture, new Map([['parameters', infotexts[index]!]])).toString('base64'),
  )
  return { images, parameters: parametersOf(payload, request), info: JSON.stringify(infoOf(facts, infotexts)) }
}

/** The answer to extra-single-image. */
export function upscaleReply(picture: Picture): object {
  return {
    image: writePng(picture).toString('base64'),
    html_info: `<p>${picture.width} x ${picture.height}, bicubic</p>`,
  }
}

/** Pictures are not sent back to those who sent them. */
const NOT_ECHOED: ReadonlySet<string> = new Set([
  'init_images',
  'mask',
  'alwayson_scripts',
  'script_name',
  'script_args',
])

function parametersOf(payload: Readonly<Record<string, unknown>>, request: RenderRequest): object {
  const echoed = Object.entries(payload).filter(([name]) => !NOT_ECHOED.has(name))
  return { ...Object.fromEntries(echoed), ...fieldsOf(request), sampler_index: null, n_iter: request.batches }
}

function fieldsOf(request: RenderRequest): object {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    seed: request.seed,
    steps: request.steps,
    cfg_scale: request.guidance,
    sampler_name: request.sampler,
    width: request.width,
    height: request.height,
    batch_size: request.batchSize,
    denoising_strength: request.start?.strength ?? null,
  }
}

/** A1111's way of telling which LoRAs were used: `corgi: 0123456789ab, chalk: …`. */
function loraText({ request, loraHashes }: RenderFacts): string {
  return request.loras
    .map(({ name }, index) => `${name.replace(/\.safetensors$/, '')}: ${loraHashes[index]}`)
    .join(', ')
}

function infoOf(facts: RenderFacts, infotexts: readonly string[]): object {
  const { request, modelName, modelHash, finishedAt } = facts
  const all = <Value>(value: Value): Value[] => infotexts.map(() => value)
  return {
    ...fieldsOf(request),
    all_prompts: all(request.prompt),
    all_negative_prompts: all(request.negativePrompt),
    all_seeds: infotexts.map((_, index) => request.seed + index),
    subseed: 0,
    all_subseeds: all(0),
    subseed_strength: 0,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: modelName.replace(/\.safetensors$/, ''),
    sd_model_hash: modelHash,
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    extra_generation_params: request.loras.length === 0 ? {} : { 'Lora hashes': loraText(facts) },
    index_of_first_image: 0,
    infotexts,
    styles: [],
    job_timestamp: new Date(finishedAt).toISOString().replace(/\D/g, '').slice(0, 14),
    clip_skip: 1,
    is_using_inpainting_conditioning: false,
    version: 'darkroom-pocket',
  }
}

function infotextOf(facts: RenderFacts, seed: number): string {
  const { request, modelName, modelHash } = facts
  const settings = [
    `Steps: ${request.steps}`,
    `Sampler: ${request.sampler}`,
    `CFG scale: ${request.guidance}`,
    `Seed: ${seed}`,
    `Size: ${request.width}x${request.height}`,
    `Model hash: ${modelHash}`,
    `Model: ${modelName.replace(/\.safetensors$/, '')}`,
    ...(request.start === undefined ? [] : [`Denoising strength: ${request.start.strength}`]),
    ...(request.loras.length === 0 ? [] : [`Lora hashes: "${loraText(facts)}"`]),
    'Version: darkroom-pocket',
  ]
  const negative = request.negativePrompt === '' ? [] : [`Negative prompt: ${request.negativePrompt}`]
  return [request.prompt, ...negative, settings.join(', ')].join('\n')
}
