import type { Clock } from '../clock.ts'
import type { Json, JsonObject, TaskFailurePhase, TaskPattern } from '../interpreter/contract.ts'

/** A task failed in a way the machine can catch: `error` is the name a Catcher matches, `cause` what a person reads. */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly error: string
  readonly phase: TaskFailurePhase | undefined

  constructor(error: string, cause: string, phase?: TaskFailurePhase) {
    super(cause)
    this.error = error
    this.phase = phase
  }
}

/** One call of a service integration. */
export interface ServiceCall {
  /** `dynamodb`, or `s3` for `aws-sdk:s3`. */
  service: string
  /** As the ARN spells it: `putItem`. */
  action: string
  /** How the task waits; request-response when missing. */
  pattern?: TaskPattern
  parameters: JsonObject
  /** The role the call is made with: the machine's, or the one of the task's `Credentials`. */
  roleArn: string
  executionArn: string
  stateMachineArn: string
  /** Aborted when the task is no longer awaited. */
  signal: AbortSignal
  /** The same call was made before a restart, and may have come through. */
  isRepeated?: boolean
}

/** What one action of a service can do. */
export interface Action {
  patterns: readonly TaskPattern[]
  /** Makes the call; resolves to the result of a request-response task, or to what a `.sync` or token task shows as submitted. */
  call(call: ServiceCall): Promise<Json>
  /** `.sync`: waits for the job that `call` began, also when it began before a restart. */
  finish?(call: ServiceCall & { pattern: TaskPattern }, submitted: Json): Promise<Json>
  /** `.sync`: stops a job nobody awaits any more. */
  abandon?(call: ServiceCall, submitted: Json): Promise<void>
}

/** Credentials a role's calls are signed with. */
export interface RoleCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** What a Lambda function answered. */
export interface FunctionAnswer {
  /** JSON text. */
  payload: string
  /** Set when the function failed; `payload` then says how. */
  functionError?: string
}

/** Invokes a function of the stack; rejects with an error of code `ResourceNotFoundException` when there is none. */
export type InvokeFunction = (
  functionArn: string,
  payload: string,
  options: { signal: AbortSignal },
) => Promise<FunctionAnswer>

/** How an execution that another one started came out. */
export interface EndedExecution {
  executionArn: string
  stateMachineArn: string
  name: string
  status: string
  startedAt: number
  stoppedAt: number
  input: string
  output?: string
  error?: string
  cause?: string
  redriveCount: number
  redriveStatus: string
  redriveStatusReason?: string
}

/** The executions of this very stack, for `states:startExecution`. Errors carry AWS's `code`. */
export interface NestedExecutions {
  start(request: { stateMachineArn: string; name?: string; input?: string; traceHeader?: string }): Promise<{
    executionArn: string
    startedAt: number
  }>
  whenEnded(executionArn: string): Promise<EndedExecution>
  stop(executionArn: string): Promise<void>
}

/** What integrations need of the stack. */
export interface IntegrationPorts {
  clock: Clock
  region: string
  accountId: string
  /** Where the AWS SDK's calls go, e.g. `http://127.0.0.1:4566`. */
  endpoint: string
  /** Where functions are invoked that the stack does not have. */
  lambdaEndpoint?: string
  invokeFunction: InvokeFunction
  credentialsFor(roleArn: string): RoleCredentials | Promise<RoleCredentials>
  /** Throws an error named `AccessDeniedError` when the role's policies do not allow the action. */
  authorizeAs(roleArn: string, action: string, resource: string): void
  executions: NestedExecutions
  /** Resolves when a training job of this very stack is at its end; without it Step Functions looks every second. */
  trainingJobEnd?(jobName: string): Promise<void>
}
