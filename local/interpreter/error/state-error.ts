/** The error names Step Functions itself raises. */
export const StatesErrors = {
  all: 'States.ALL',
  branchFailed: 'States.BranchFailed',
  dataLimitExceeded: 'States.DataLimitExceeded',
  exceedToleratedFailureThreshold: 'States.ExceedToleratedFailureThreshold',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  intrinsicFailure: 'States.IntrinsicFailure',
  itemReaderFailed: 'States.ItemReaderFailed',
  noChoiceMatched: 'States.NoChoiceMatched',
  parameterPathFailure: 'States.ParameterPathFailure',
  queryEvaluationError: 'States.QueryEvaluationError',
  resultPathMatchFailure: 'States.ResultPathMatchFailure',
  resultWriterFailed: 'States.ResultWriterFailed',
  runtime: 'States.Runtime',
  taskFailed: 'States.TaskFailed',
  timeout: 'States.Timeout',
} as const

export interface StateErrorOptions {
  readonly error?: string | undefined
  readonly cause?: string | undefined
  /** A more particular name that ErrorEquals may also use: a missed heartbeat is reported as States.Timeout. */
  readonly alias?: string | undefined
  /** The cause is the second half of AWS's sentence "An error occurred while executing the state 'X' (entered at the event id #N). …". */
  readonly inState?: boolean
  /** Set when an EvaluationFailed event belongs before the failure. */
  readonly evaluation?: Evaluation
}

export interface Evaluation {
  /** `Output/result`; absent when no one field is to blame. */
  readonly location?: string
  /** The value was computed but is of no use: the event follows StateEntered instead of standing beside it. */
  readonly afterEntry?: boolean
}

/** A state failed. `error` and `cause` are what Catch sees and DescribeExecution shows. */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly error: string | undefined
  readonly alias: string | undefined
  readonly inState: boolean
  readonly evaluation: Evaluation | undefined
  /** AWS's cause; unlike `message` it may be missing. */
  readonly stateCause: string | undefined

  constructor(options: StateErrorOptions) {
    super(options.cause ?? options.error ?? 'failed')
    this.error = options.error
    this.stateCause = options.cause
    this.alias = options.alias
    this.inState = options.inState ?? false
    this.evaluation = options.evaluation
  }
}

/** `States.Runtime` with AWS's sentence around `detail`. */
export function runtimeError(detail: string): StateError {
  return new StateError({ error: StatesErrors.runtime, cause: detail, inState: true })
}

/** `States.QueryEvaluationError` blamed on a field such as `Output/result`. */
export function queryEvaluationError(detail: string, evaluation: Evaluation): StateError {
  return new StateError({ error: StatesErrors.queryEvaluationError, cause: detail, inState: true, evaluation })
}

export function intrinsicFailure(detail: string): StateError {
  return new StateError({ error: StatesErrors.intrinsicFailure, cause: detail, inState: true })
}
