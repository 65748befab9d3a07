import type { Json } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import { stringArgument } from './arguments.ts'

/** The longest string Step Functions encodes or decodes. */
const LONGEST = 10_000

/** `States.Base64Encode(text)`: the UTF-8 bytes in base64. */
export function base64Encode(args: readonly Json[]): Json {
  const text = checkLength(stringArgument(args, 0, 'States.Base64Encode'), 'States.Base64Encode')
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

/** `States.Base64Decode(text)` */
export function base64Decode(args: readonly Json[]): Json {
  const text = checkLength(stringArgument(args, 0, 'States.Base64Decode'), 'States.Base64Decode')
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))
  } catch {
    throw intrinsicFailure('Invalid arguments in States.Base64Decode: the text is not valid base64')
  }
}

function checkLength(text: string, name: string): string {
  if (text.length > LONGEST)
    throw intrinsicFailure(`Invalid arguments in ${name}: the text may have at most ${LONGEST} characters`)
  return text
}
