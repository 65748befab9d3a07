import { type StateError, StatesErrors } from './state-error.ts'

/** Failures of the machine itself, which `States.ALL` does not cover. */
const BEYOND_ALL: ReadonlySet<string> = new Set([StatesErrors.runtime])

/** Does an ErrorEquals list cover the error? An error without a name is covered by the wildcards only. */
export function matchesError(errorEquals: readonly string[], { error, alias }: StateError): boolean {
  return errorEquals.some(
    (pattern) => pattern === error || (alias !== undefined && pattern === alias) || coversAll(pattern, error),
  )
}

function coversAll(pattern: string, error: string | undefined): boolean {
  if (pattern === StatesErrors.all) return error === undefined || !BEYOND_ALL.has(error)
  return (
    pattern === StatesErrors.taskFailed &&
    (error === undefined || !(error === StatesErrors.timeout || BEYOND_ALL.has(error)))
  )
}
