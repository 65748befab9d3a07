import { ServiceError } from '../../http/service-error.ts'
import type { InvocationType } from './invocation.ts'

const MEBIBYTE = 2 ** 20

const LARGEST_EVENT: Record<InvocationType, number> = { RequestResponse: 6 * MEBIBYTE, Event: MEBIBYTE }
/** AWS's own figure: the limit and room for the envelope. */
const LARGEST_RESULT = 6 * MEBIBYTE + 100

/** The event as JSON text (an absent one is `{}`); throws when it is no JSON or too large. */
export function checkEvent(payload: string, type: InvocationType): string {
  const limit = LARGEST_EVENT[type]
  if (Buffer.byteLength(payload) > limit) {
    throw new ServiceError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      { statusCode: 413 },
    )
  }
  if (payload === '') return '{}'
  try {
    JSON.parse(payload)
    return payload
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
    )
  }
}

/** What AWS answers instead of a result that is too large. */
export function oversizedResult(payload: string): { errorType: string; errorMessage: string } | undefined {
  if (Buffer.byteLength(payload) <= LARGEST_RESULT) return undefined
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${LARGEST_RESULT} bytes).`,
  }
}
