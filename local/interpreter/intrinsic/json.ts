import type { Json, JsonObject } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import { isObject } from '../json.ts'
import { stringArgument } from './arguments.ts'

/** `States.StringToJson(text)`; the empty string is null. */
export function stringToJson(args: readonly Json[]): Json {
  const text = stringArgument(args, 0, 'States.StringToJson')
  if (text.trim() === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw intrinsicFailure('Invalid arguments in States.StringToJson: the text is not valid JSON')
  }
}

/** `States.JsonToString(value)` */
export function jsonToString(args: readonly Json[]): Json {
  return JSON.stringify(args[0])
}

/** `States.JsonMerge(first, second, false)`: a shallow merge, the second wins. Deep merging is not offered by AWS either. */
export function jsonMerge(args: readonly Json[]): Json {
  if (args[2] !== false)
    throw intrinsicFailure('Invalid arguments in States.JsonMerge: only the shallow merging mode (false) is supported')
  return { ...objectArgument(args, 0), ...objectArgument(args, 1) }
}

function objectArgument(args: readonly Json[], position: number): JsonObject {
  const value = args[position]
  if (!isObject(value))
    throw intrinsicFailure(`Invalid arguments in States.JsonMerge: argument ${position + 1} must be a JSON object`)
  return value
}
