import type { Json } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import { isArray, isObject } from '../json.ts'
import { stringArgument } from './arguments.ts'

/** Stands for an escaped brace until all `{}` are filled: the literal's parser puts it there. */
export const ESCAPED_OPEN = '\u{F0000}'
export const ESCAPED_CLOSE = '\u{F0001}'

/** `States.Format(template, …)`: every `{}` takes the next argument. */
export function format(args: readonly Json[]): Json {
  const pieces = stringArgument(args, 0, 'States.Format').split('{}')
  if (pieces.length !== args.length) {
    throw intrinsicFailure(
      `Invalid arguments in States.Format: the number of arguments does not match the occurrences of {} in the template`,
    )
  }
  const filled = pieces.map((piece, index) => (index === 0 ? piece : `${spell(args[index]!)}${piece}`)).join('')
  return filled.replaceAll(ESCAPED_OPEN, '{').replaceAll(ESCAPED_CLOSE, '}')
}

/** As Java prints maps and lists: `{Arg1=1, Arg2=[]}`. */
function spell(value: Json): string {
  if (isArray(value)) return `[${value.map(spell).join(', ')}]`
  if (isObject(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${spell(item)}`)
      .join(', ')}}`
  return String(value)
}
