import type { JsonOperation } from '../http/json-service.ts'
import type { ServiceRequest } from '../http/service.ts'
import { ServiceError } from '../http/service-error.ts'
import { type Problems, SerializationError, type Shape } from './states/wire/shapes.ts'

/** The operation of a service whose model limits its input: `run` sees only what AWS would let through. */
export function checkedOperation<T>(
  shape: Shape<T>,
  run: (input: T, request: ServiceRequest) => Promise<object> | object,
): JsonOperation {
  return (input, request) => {
    checkInput(shape, input)
    return run(input as T, request)
  }
}

/** Throws `ValidationException` with every violation AWS would list. */
export function checkInput<T>(shape: Shape<T>, input: unknown): asserts input is T {
  const problems: Problems = []
  try {
    shape.check(input, '', problems)
  } catch (thrown) {
    if (thrown instanceof SerializationError) throw new ServiceError('SerializationException', thrown.message)
    throw thrown
  }
  if (problems.length === 0) return
  const errors = problems.length === 1 ? 'error' : 'errors'
  const listed = problems.map(inCamelCase).join('; ')
  throw new ServiceError('ValidationException', `${problems.length} validation ${errors} detected: ${listed}`)
}

/** AWS names members as its Java classes do: `endpointName`, whatever the wire calls them. */
function inCamelCase(problem: string): string {
  return problem.replace(/ at '([^']*)' failed to satisfy/, (_, path: string) => {
    const members = path.split('.').map((member) => member.charAt(0).toLowerCase() + member.slice(1))
    return ` at '${members.join('.')}' failed to satisfy`
  })
}
