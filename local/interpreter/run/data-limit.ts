import { StateError, StatesErrors } from '../error/state-error.ts'

/** The most bytes an input, an output or a result may have as UTF-8 JSON text. */
export const DATA_LIMIT = 262_144

export function exceedsDataLimit(text: string): boolean {
  if (text.length * 3 <= DATA_LIMIT) return false
  return text.length > DATA_LIMIT || new TextEncoder().encode(text).length > DATA_LIMIT
}

/** `name` is the state, or the resource whose answer was too long. */
export function dataLimitExceeded(name: string): StateError {
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`
  return new StateError({ error: StatesErrors.dataLimitExceeded, cause })
}
