import { isTransientAwsError, toDarkroomError } from '../aws/classify-aws-error.ts'
import { EndpointNotInServiceError, TransientError } from '../errors.ts'
import { failureInText } from './read-failure.ts'

interface RuntimeError {
  name?: string
  message?: string
  OriginalMessage?: string
}

/** What SageMaker answers while an endpoint is there but its model is not yet, or a service behind it stumbles. */
const PASSING: ReadonlySet<string> = new Set([
  'InternalDependencyException',
  'InternalFailure',
  'ModelNotReadyException',
  'ServiceUnavailable',
])

/** An endpoint that is not there, or takes no such request: SageMaker says both with one name. */
const REFUSED: ReadonlySet<string> = new Set(['ValidationError', 'ValidationException'])

/** The failure of an invocation in our vocabulary: the container's own, a missing endpoint, or a passing trouble. */
export function toInvocationError(error: unknown, endpointName: string): unknown {
  const { name = '', message = '', OriginalMessage } = (error ?? {}) as RuntimeError
  // A container's 5xx comes as ModelError with status 424 and is no trouble of SageMaker's.
  if (name === 'ModelError') return failureInText(OriginalMessage || message)
  if (REFUSED.has(name)) return new EndpointNotInServiceError(`${endpointName}: ${message}`, { cause: error })
  if (PASSING.has(name) && !isTransientAwsError(error))
    return new TransientError(`${name}: ${message}`, { cause: error })
  return toDarkroomError(error)
}
