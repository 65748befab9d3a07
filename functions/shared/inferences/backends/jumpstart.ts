import { UnreadableReplyError } from '../../errors.ts'
import { integerField } from '../../http/fields.ts'
import type { JsonObject } from '../../http/json-body.ts'
import { encodePng } from '../../images/encode-png.ts'
import { imageCount } from '../check-parameters.ts'
import type { Backend, BackendRequest, Generation } from './backend.ts'
import { generationInfo } from './generation-info.ts'
import { decodeImage, readJsonReply } from './read-reply.ts'

const ACCEPT = 'application/json;jpeg'

/** A1111's field, JumpStart's, and what may stand there. JumpStart refuses every key that it does not know. */
const FIELDS: readonly [from: string, to: string, isGiven: (value: unknown) => boolean][] = [
  ['negative_prompt', 'negative_prompt', (value) => typeof value === 'string' && value !== ''],
  ['width', 'width', (value) => typeof value === 'number'],
  ['height', 'height', (value) => typeof value === 'number'],
  ['steps', 'num_inference_steps', (value) => typeof value === 'number'],
  ['cfg_scale', 'guidance_scale', (value) => typeof value === 'number'],
  ['seed', 'seed', (value) => typeof value === 'number' && value >= 0],
  ['eta', 'eta', (value) => typeof value === 'number'],
]

/** JumpStart's text-to-image models (`model-txt2img-stabilityai-*`). */
export const jumpstartBackend: Backend = {
  tasks: ['txt2img'],
  usesModels: false,
  buildRequest,
  readReply: (body, { parameters }) => {
    const images = imagesOf(readJsonReply(body))
    return { images, parameters, info: generationInfo(parameters, images.length) }
  },
}

/** A prompt alone goes as plain text, anything more as a flat object. */
function buildRequest({ parameters }: Generation): BackendRequest {
  const prompt = String(parameters.prompt ?? '')
  refuseUneven(parameters)
  const count = imageCount(parameters)
  const rest = {
    ...Object.fromEntries(
      FIELDS.filter(([from, , isGiven]) => isGiven(parameters[from])).map(([from, to]) => [to, parameters[from]]),
    ),
    ...(count > 1 ? { num_images_per_prompt: count } : {}),
  }
  if (Object.keys(rest).length === 0 && prompt !== '') {
    return { contentType: 'application/x-text', accept: ACCEPT, body: prompt }
  }
  return { contentType: 'application/json', accept: ACCEPT, body: JSON.stringify({ prompt, ...rest }) }
}

function refuseUneven(parameters: JsonObject): void {
  for (const name of ['width', 'height']) {
    const value = parameters[name]
    if (typeof value !== 'number' || value % 8 === 0) continue
    integerField(value / 8, `${name} / 8`, { min: 1, max: 512 })
  }
}

/** Both forms of the reply, and both forms of an image in it: base64 where JPEG was accepted, else rows of pixels. */
function imagesOf({ generated_images, generated_image }: JsonObject): Uint8Array[] {
  if (generated_image !== undefined) return [imageOf(generated_image, 'generated_image')]
  if (Array.isArray(generated_images) && generated_images.length > 0) {
    return generated_images.map((image, index) => imageOf(image, `generated_images[${index}]`))
  }
  throw new UnreadableReplyError('The reply has neither generated_image nor generated_images')
}

function imageOf(image: unknown, where: string): Uint8Array {
  return Array.isArray(image) ? encodeRows(image, where) : decodeImage(image, where)
}

function encodeRows(rows: unknown[], where: string): Uint8Array {
  const width = Array.isArray(rows[0]) ? rows[0].length : 0
  const isRow = (row: unknown): row is unknown[] => Array.isArray(row) && row.length === width && width > 0
  if (rows.length === 0 || !rows.every(isRow))
    throw new UnreadableReplyError(`${where} of the reply has rows of different lengths`)
  const rgb = new Uint8Array(width * rows.length * 3)
  let at = 0
  for (const pixel of (rows as unknown[][]).flat()) {
    if (!isPixel(pixel)) throw new UnreadableReplyError(`${where} of the reply has a pixel that is not [r, g, b]`)
    rgb.set(pixel, at)
    at += 3
  }
  return encodePng({ width, height: rows.length, rgb })
}

function isPixel(value: unknown): value is [number, number, number] {
  if (!Array.isArray(value) || value.length !== 3) return false
  return value.every((channel) => Number.isInteger(channel) && channel >= 0 && channel <= 255)
}
