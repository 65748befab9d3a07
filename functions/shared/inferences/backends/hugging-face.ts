import { UnreadableReplyError, UnsupportedTaskError } from '../../errors.ts'
import { isJsonObject, type JsonObject } from '../../http/json-body.ts'
import { imageFormatOf } from '../../images/image-format.ts'
import { imageCount } from '../check-parameters.ts'
import type { Backend, BackendRequest, Generation } from './backend.ts'
import { containerFailure } from './container-error.ts'
import { generationInfo } from './generation-info.ts'
import { decodeImage, decodeImages, parseReply } from './read-reply.ts'

/** A1111's field and the argument of the diffusers pipeline. A seed is not among them: the toolkit cannot take a generator. */
const ARGUMENTS = {
  negative_prompt: 'negative_prompt',
  width: 'width',
  height: 'height',
  steps: 'num_inference_steps',
  cfg_scale: 'guidance_scale',
} as const

/** The Hugging Face inference toolkit with its task `text-to-image`, and handlers of people's own that speak the same way. */
export const huggingFaceBackend: Backend = {
  tasks: ['txt2img'],
  usesModels: false,
  buildRequest,
  readReply: (body, { parameters }) => {
    const images = imageFormatOf(body) ? [body] : imagesOf(parseReply(body))
    const { seed: _, ...used } = parameters
    return { images, parameters: used, info: generationInfo(used, images.length) }
  },
}

function buildRequest({ parameters }: Generation): BackendRequest {
  const count = imageCount(parameters)
  if (count > 1)
    throw new UnsupportedTaskError(`batch_size × n_iter is ${count}: this backend makes one image a request`)
  const given = Object.entries(ARGUMENTS).filter(([from]) => isGiven(parameters[from]))
  const named = Object.fromEntries(given.map(([from, to]) => [to, parameters[from]]))
  return {
    contentType: 'application/json',
    accept: 'image/png',
    body: JSON.stringify({ inputs: String(parameters.prompt ?? ''), parameters: named }),
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** A text in base64, or an object that has it: `{"data"}`, `{"image"}`, `{"images"}`, `{"generated_image"}`. */
function imagesOf(reply: unknown): Uint8Array[] {
  if (typeof reply === 'string') return [decodeImage(reply, 'the text')]
  const failure = containerFailure(reply)
  if (failure) throw failure
  if (Array.isArray(reply)) return decodeImages(reply, 'of images')
  if (isJsonObject(reply)) return imagesOfObject(reply)
  throw new UnreadableReplyError('The reply is neither an image nor a text or an object with one')
}

function imagesOfObject(reply: JsonObject): Uint8Array[] {
  if (reply.images !== undefined) return decodeImages(reply.images, 'images')
  const name = ['data', 'image', 'generated_image'].find((candidate) => reply[candidate] !== undefined)
  if (name) return [decodeImage(reply[name], name)]
  throw new UnreadableReplyError(`The reply has no image: its fields are ${Object.keys(reply).join(', ')}`)
}
