import { AccessDeniedError } from './service.ts'
import { ServiceError } from './service-error.ts'

/** Code, message, status and further members of an error as a service answers it. */
export interface WireError {
  code: string
  message: string
  statusCode: number
  details: Record<string, unknown>
}

/**
 * What a service answers for something thrown: its own `ServiceError`, a denial under the protocol's name for it, and
 * AWS's `InternalFailure` for what nobody foresaw, with its text, because the reader is the one who can mend it.
 */
export function wireErrorFrom(thrown: unknown, accessDenied: { code: string; statusCode: number }): WireError {
  if (thrown instanceof ServiceError) {
    return { code: thrown.code, message: thrown.message, statusCode: thrown.statusCode, details: thrown.details }
  }
  if (thrown instanceof AccessDeniedError) return { ...accessDenied, message: thrown.message, details: {} }
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return { code: 'InternalFailure', message, statusCode: 500, details: {} }
}
