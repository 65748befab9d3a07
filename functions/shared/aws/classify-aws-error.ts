import { TransientError } from '../errors.ts'

const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'ConcurrentUpdateException',
  'InternalError',
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
])

const TRANSIENT_CODES: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'])

interface AwsErrorShape {
  name?: string
  code?: string
  message?: string
  $retryable?: unknown
  $metadata?: { httpStatusCode?: number }
}

/** Whether the same AWS call may well succeed a little later: throttling, time-outs, broken connections, 5xx. */
export function isTransientAwsError(error: unknown): boolean {
  const shape = shapeOf(error)
  const status = shape.$metadata?.httpStatusCode ?? 0
  return (
    shape.$retryable !== undefined ||
    TRANSIENT_NAMES.has(shape.name ?? '') ||
    TRANSIENT_CODES.has(shape.code ?? '') ||
    status === 429 ||
    status >= 500
  )
}

/** The error as our vocabulary has it: transient AWS errors become `TransientError` with the cause kept, all others stay as they are. */
export function toDarkroomError(error: unknown): unknown {
  if (error instanceof TransientError || !isTransientAwsError(error)) return error
  const { name, message } = shapeOf(error)
  return new TransientError(`${name ?? 'Error'}: ${message ?? 'the AWS call failed'}`, { cause: error })
}

/** Runs AWS work and rethrows its transient failures as `TransientError`. */
export async function withTransientErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw toDarkroomError(error)
  }
}

/** Whether a conditional write found its condition unmet. */
export function isConditionFailure(error: unknown): boolean {
  return shapeOf(error).name === 'ConditionalCheckFailedException'
}

function shapeOf(error: unknown): AwsErrorShape {
  return typeof error === 'object' && error !== null ? (error as AwsErrorShape) : {}
}
