/** An answer in AWS's error vocabulary: `code` goes into `__type`, the message is AWS's own text. */
export class StatesError extends Error {
  override readonly name = 'StatesError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const TEXTS = {
  ActivityDoesNotExist: (arn: string) => `Activity Does Not Exist: '${arn}'`,
  ConflictException: (text: string) => text,
  ExecutionAlreadyExists: (arn: string) => `Execution Already Exists: '${arn}'`,
  ExecutionDoesNotExist: (arn: string) => `Execution Does Not Exist: '${arn}'`,
  ExecutionNotRedrivable: (text: string) => text,
  InvalidArn: (reason: string) => `Invalid Arn: '${reason}'`,
  InvalidDefinition: (reason: string) => `Invalid State Machine Definition: '${reason}'`,
  InvalidExecutionInput: (reason: string) => `Invalid State Machine Execution Input: '${reason}'`,
  InvalidLoggingConfiguration: (reason: string) => `Invalid Logging Configuration: ${reason}`,
  InvalidName: (name: string) => `Invalid Name: '${name}'`,
  InvalidOutput: (reason: string) => `Invalid Output: '${reason}'`,
  InvalidToken: (reason: string) => `Invalid Token: '${reason}'`,
  MissingRequiredParameter: (text: string) => text,
  ResourceNotFound: (text: string) => text,
  StateMachineAlreadyExists: (arn: string) => `State Machine Already Exists: '${arn}'`,
  StateMachineDoesNotExist: (arn: string) => `State Machine Does Not Exist: '${arn}'`,
  StateMachineTypeNotSupported: (text: string) => text,
  TaskDoesNotExist: (reason: string) => `Task Does Not Exist: '${reason}'`,
  TaskTimedOut: (reason: string) => `Task Timed Out: '${reason}'`,
  ValidationException: (text: string) => text,
} as const

/** Builds the error AWS answers with `code`; `detail` is the part of the text that varies. */
export function statesError(code: keyof typeof TEXTS, detail: string): StatesError {
  return new StatesError(code, TEXTS[code](detail))
}
