import { ServiceError } from '../../http/service-error.ts'
import { logGroupOf, type Scope } from '../sagemaker/arns.ts'
import { type ContainerReply, ContainerTimeoutError } from '../sagemaker/hosting/call-container.ts'

/** What is wrong with a container's answer, or that there was none. */
export interface ContainerProblem {
  /** The container's status; 0 without an answer. */
  status: number
  /** What the container wrote, or what AWS writes in its place. */
  message: string
}

const TIMED_OUT =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.'

/** The problem with a reply; undefined when it is a success. */
export function problemOfReply({ status, body }: ContainerReply): ContainerProblem | undefined {
  return status >= 200 && status < 300 ? undefined : { status, message: body.toString() }
}

/** The problem when the exchange with the container failed. */
export function problemOfFailure(error: unknown): ContainerProblem {
  if (error instanceof ContainerTimeoutError) return { status: 0, message: TIMED_OUT }
  return { status: 500, message: `The container closed the connection without an answer (${(error as Error).message})` }
}

/** `Received server error (500) from primary with message "…". See …` */
export function describeProblem({ status, message }: ContainerProblem, scope: Scope, endpointName: string): string {
  const side = status >= 400 && status < 500 ? 'client' : 'server'
  const group = logGroupOf(endpointName)
  const link = `https://${scope.region}.console.aws.amazon.com/cloudwatch/home?region=${scope.region}#logEventViewer:group=${group}`
  return `Received ${side} error (${status}) from primary with message "${message}". See ${link} in account ${scope.accountId} for more information.`
}

/** The `ModelError` of InvokeEndpoint. */
export function modelError(problem: ContainerProblem, scope: Scope, endpointName: string): ServiceError {
  const details = {
    OriginalStatusCode: problem.status,
    OriginalMessage: problem.message,
    LogStreamArn: `arn:aws:logs:${scope.region}:${scope.accountId}:log-group:${logGroupOf(endpointName)}`,
  }
  return new ServiceError('ModelError', describeProblem(problem, scope, endpointName), { statusCode: 424, details })
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message)
}

/** AWS says it also of endpoints that exist and are not in service. */
export function endpointNotFound({ accountId }: Scope, name: string): ServiceError {
  return validationError(`Endpoint ${name} of account ${accountId} not found.`)
}
