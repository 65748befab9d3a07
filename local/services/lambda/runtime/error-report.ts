import { types } from 'node:util'
import type { ErrorReport } from './messages.ts'

/** An error of the runtime itself, under AWS's name for it. */
export class RuntimeError extends Error {
  constructor(name: `Runtime.${string}`, message: string) {
    super(message)
    this.name = name
  }
}

/** Whatever was thrown, as Lambda's Node.js runtime answers it. */
export function reportError(thrown: unknown): ErrorReport {
  if (!types.isNativeError(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') }
}

/** The line Lambda's runtime logs about an error that ended an invocation, own members such as `code` included. */
export function errorLine(label: string, thrown: unknown): string {
  const { errorType, errorMessage, trace: stack } = reportError(thrown)
  const own = types.isNativeError(thrown) ? { ...thrown } : {}
  return `${label}\t${stringify({ errorType, errorMessage, ...own, stack }) ?? stringify({ errorType, errorMessage, stack })}`
}

function stringify(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
