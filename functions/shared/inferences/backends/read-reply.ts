import { InferenceFailedError, UnreadableReplyError } from '../../errors.ts'
import { isJsonObject, type JsonObject } from '../../http/json-body.ts'
import { imageFormatOf } from '../../images/image-format.ts'
import { containerFailure } from './container-error.ts'

const SHOWN = 120
const DATA_URI = /^data:[^,]*,/

/** The JSON object that a container answered. Throws its failure where it tells of one: a null body, an error, something else. */
export function readJsonReply(body: Buffer): JsonObject {
  const reply = parse(body)
  refuseEmpty(reply)
  const failure = containerFailure(reply)
  if (failure) throw failure
  if (isJsonObject(reply)) return reply
  throw new UnreadableReplyError(`The endpoint's reply is not a JSON object but ${beginning(body)}`)
}

/** Any JSON that a container answered, which may be a text; null and nothing are failures. */
export function parseReply(body: Buffer): unknown {
  const reply = parse(body)
  refuseEmpty(reply)
  return reply
}

/** An image file out of base64, with or without `data:image/png;base64,` before it; `where` is named when it is none. */
export function decodeImage(value: unknown, where: string): Uint8Array {
  if (typeof value !== 'string') throw new UnreadableReplyError(`${where} of the reply is not a text in base64`)
  const bytes = Buffer.from(value.replace(DATA_URI, ''), 'base64')
  if (imageFormatOf(bytes)) return bytes
  throw new UnreadableReplyError(`${where} of the reply is not a PNG, GIF, JPEG or WebP file`)
}

/** A list of images in base64 that has at least one. */
export function decodeImages(value: unknown, where: string): Uint8Array[] {
  if (!Array.isArray(value)) throw new UnreadableReplyError(`The reply has no list ${where}`)
  if (value.length === 0) throw new InferenceFailedError(`The endpoint answered with an empty list ${where}: no image`)
  return value.map((item, index) => decodeImage(item, `${where}[${index}]`))
}

function refuseEmpty(reply: unknown): void {
  if (reply !== null && reply !== undefined) return
  throw new InferenceFailedError(
    'The container answered null: it caught an error and told nobody. Its log has the reason.',
  )
}

function parse(body: Buffer): unknown {
  const text = body.toString('utf8').trim()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UnreadableReplyError(`The endpoint's reply is not JSON but ${beginning(body)}`, { cause })
  }
}

/** How the reply begins, on one line and without what a terminal or a mail would act on. */
function beginning(body: Buffer): string {
  const text = body.toString('latin1', 0, SHOWN).replace(/[^\x20-\x7e]/g, '.')
  return `${body.length} bytes that begin with "${text}"`
}
