import type { Json } from '../contract.ts'
import { stringArgument } from './arguments.ts'

/** `States.StringSplit(text, delimiters)`: every character of the second argument separates; empty pieces are dropped. */
export function stringSplit(args: readonly Json[]): Json {
  const delimiters = new Set(stringArgument(args, 1, 'States.StringSplit'))
  const pieces = ['']
  for (const character of stringArgument(args, 0, 'States.StringSplit')) {
    if (delimiters.has(character)) pieces.push('')
    else pieces[pieces.length - 1] += character
  }
  return pieces.filter((piece) => piece !== '')
}
