import { InvalidRequestError } from '../errors.ts'
import { isJsonObject, type JsonObject } from '../http/json-body.ts'

const NOT_JSON_NUMBERS = /-?\b(?:Infinity|NaN)\b/g

/**
 * The JSON object that a client wrote; `where` is named when it is none. The WebUI writes JSON as Python does, with `Infinity`
 * and `NaN`, which become null.
 */
export function parseTolerantly(text: string, where: string): JsonObject {
  const value = parse(text, where)
  if (isJsonObject(value)) return value
  throw new InvalidRequestError(`${where} is not a JSON object: send {…}`)
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return parseWithoutNumbers(text, where)
  }
}

function parseWithoutNumbers(text: string, where: string): unknown {
  try {
    return JSON.parse(replaceOutsideStrings(text))
  } catch (cause) {
    throw new InvalidRequestError(`${where} must be valid json string: ${(cause as Error).message}`, { cause })
  }
}

/** By hand and not by one expression: an image in base64 is a string of many million characters. */
function replaceOutsideStrings(text: string): string {
  const pieces: string[] = []
  let at = 0
  while (at < text.length) {
    const opening = text.indexOf('"', at)
    const end = opening === -1 ? text.length : opening
    pieces.push(text.slice(at, end).replace(NOT_JSON_NUMBERS, 'null'))
    const closing = opening === -1 ? text.length : endOfString(text, opening)
    pieces.push(text.slice(end, closing))
    at = closing
  }
  return pieces.join('')
}

function endOfString(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1)
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote === -1 ? text.length : quote + 1
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0
  while (text[quote - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}
