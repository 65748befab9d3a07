/**
 * The whole seam between the interpreter and whoever runs it. The interpreter is a pure function over values: time arrives as `at`, chance as a `seed`,
 * hashes through `Ports`; everything it wants from the world leaves as an `Effect` and is answered by an `Input`.
 *
 * Rebuilding after a crash: journal `Start` and every `Input` (in order); the same machine text, start and inputs give the same history byte for byte.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export type MachineType = 'STANDARD' | 'EXPRESS'

/** A value that is there already (JSONPath machines never wait) or a promise of it (npm jsonata evaluates asynchronously). */
export type Eventually<T> = T | Promise<T>

export type HashAlgorithm = 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

/** What the interpreter cannot compute by itself without importing a runtime. */
export interface Ports {
  /** Lower-case hex digest of the UTF-8 text. */
  readonly hash: (algorithm: HashAlgorithm, text: string) => string
}

/** Everything fixed when an execution begins. */
export interface Start {
  /** Milliseconds since the epoch; becomes `Execution.StartTime`. */
  readonly at: number
  /** Any text, unique to the execution; uuids, random numbers and jitter derive from it. */
  readonly seed: string
  readonly ports: Ports
  /** Verbatim JSON text of the execution's input, `{}` when none was given. */
  readonly input: string
  readonly executionArn: string
  readonly executionName: string
  readonly roleArn: string
  readonly stateMachineArn: string
  readonly stateMachineName: string
  readonly type: MachineType
  readonly region: string
  /** Set by `startChild` only: copy `effect.mapItem` and `effect.variables` here, and start `childMachine(parent machine, effect.stateName)`. */
  readonly child?: ChildStart
  /** State transitions made before a step gives the turn back with `pending: true` (default 10,000). */
  readonly transitionsPerStep?: number
}

export interface ChildStart {
  readonly variables: JsonObject
  /** The distributed Map's item of this child, `undefined` for batches. */
  readonly mapItem?: { readonly index: number; readonly value: Json }
}

/** What happened in the world. `at` is when it happened, and the timestamp of every event it causes. */
export type Input = { readonly at: number } & (
  | { readonly kind: 'continue' }
  /** An activity worker took the task (other tasks count as started when they are scheduled). */
  | { readonly kind: 'taskStarted'; readonly taskId: string; readonly workerName?: string }
  /** `.sync`, `.sync:2` and `.waitForTaskToken`: the call was accepted; `output` is the JSON text of its answer. */
  | { readonly kind: 'taskSubmitted'; readonly taskId: string; readonly output: string }
  /** `output` is JSON text: the answer of a request-response call, the finished job, or what SendTaskSuccess carried. */
  | { readonly kind: 'taskSucceeded'; readonly taskId: string; readonly output: string }
  | {
      readonly kind: 'taskFailed'
      readonly taskId: string
      readonly error?: string
      readonly cause?: string
      readonly phase?: TaskFailurePhase
    }
  | { readonly kind: 'taskHeartbeat'; readonly taskId: string }
  | { readonly kind: 'timerFired'; readonly timerId: string }
  /** The answer of `readItems`: the items in order; for a JSON object source each item is `{ Key, Value }`. */
  | { readonly kind: 'itemsRead'; readonly readId: string; readonly items: readonly Json[] }
  | { readonly kind: 'itemsFailed'; readonly readId: string; readonly error: string; readonly cause: string }
  /** The answer of `writeResults`: what the Map state's result becomes, e.g. `{ MapRunArn, ResultWriterDetails: { Bucket, Key } }`. */
  | { readonly kind: 'resultsWritten'; readonly writeId: string; readonly output: Json }
  | { readonly kind: 'resultsFailed'; readonly writeId: string; readonly error: string; readonly cause: string }
  | {
      readonly kind: 'childEnded'
      readonly childId: string
      readonly outcome: Outcome
      readonly executionArn?: string
    }
  | { readonly kind: 'stop'; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'redrive' }
)

/** `schedule`/`start`: the task could not be handed out (LambdaFunctionScheduleFailed, TaskStartFailed …); `submit`: the call of a `.sync`/token task was refused. */
export type TaskFailurePhase = 'schedule' | 'start' | 'submit' | 'run'

export type TaskPattern = 'requestResponse' | 'sync' | 'sync:2' | 'waitForTaskToken'

/** A `Resource` taken apart. */
export type TaskResource =
  | { readonly kind: 'lambda'; readonly arn: string }
  | { readonly kind: 'activity'; readonly arn: string }
  /** `arn:aws:states:::dynamodb:putItem` → service `dynamodb`, action `putItem`; `…:::aws-sdk:s3:getObject` → service `aws-sdk:s3`, action `getObject`. */
  | {
      readonly kind: 'service'
      readonly arn: string
      readonly service: string
      readonly action: string
      readonly pattern: TaskPattern
    }

/** A timer. `taskTime` is set where it limits a task: the milliseconds that the task has, of which a world that was down may give it all anew. */
export interface SetTimer {
  readonly kind: 'setTimer'
  readonly timerId: string
  readonly dueAt: number
  readonly taskTime?: number
}

/** Calls for the world. Ids are unique within the execution and the same on every replay. */
export type Effect =
  | InvokeTask
  /** The task is no longer awaited (timeout, a failed sibling, stop): stop the `.sync` job, drop the token, answer the worker TaskTimedOut. */
  | { readonly kind: 'cancelTask'; readonly taskId: string }
  | SetTimer
  | { readonly kind: 'cancelTimer'; readonly timerId: string }
  /** Comes again, with the same ARN, when an execution is redriven: the run goes on with the items that have not succeeded. */
  | {
      readonly kind: 'startMapRun'
      readonly mapRunArn: string
      readonly stateName: string
      readonly settings: MapRunSettings
    }
  | { readonly kind: 'endMapRun'; readonly mapRunArn: string; readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' }
  | ReadItems
  | WriteResults
  | StartChild
  /** Stop every child of the map run that has not ended; their ends need not be reported. */
  | { readonly kind: 'stopChildren'; readonly mapRunArn: string }
  /** Always the last effect of the step in which the execution ends. */
  | { readonly kind: 'executionEnded'; readonly outcome: Outcome }

export interface InvokeTask {
  readonly kind: 'invokeTask'
  readonly taskId: string
  readonly stateName: string
  readonly resource: TaskResource
  /** The evaluated Arguments/Parameters; for a Lambda function ARN or an activity the whole input. */
  readonly parameters: Json
  /** Set for `waitForTaskToken`, `.sync`, `.sync:2` and activities: hand this very token out (it is what `$$.Task.Token` showed). */
  readonly taskToken?: string
  /** `Credentials.RoleArn`, evaluated. */
  readonly roleArn?: string
  readonly timeoutSeconds?: number
  readonly heartbeatSeconds?: number
  /** 0 for the first try, then 1, 2, … */
  readonly retryCount: number
}

export interface MapRunSettings {
  readonly maxConcurrency: number
  readonly toleratedFailureCount: number
  readonly toleratedFailurePercentage: number
  readonly executionType: MachineType
  readonly itemCount?: number
}

/** ItemReader evaluated. Answer with `itemsRead` or `itemsFailed`. */
export interface ReadItems {
  readonly kind: 'readItems'
  readonly readId: string
  readonly mapRunArn: string
  /** `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`. */
  readonly resource: string
  readonly parameters: Json
  /** ReaderConfig with MaxItems resolved: InputType CSV | JSON | JSONL | MANIFEST | PARQUET, CSVHeaderLocation, CSVHeaders, CSVDelimiter, ItemsPointer, Transformation, MaxItems. */
  readonly readerConfig: JsonObject
}

/** ResultWriter evaluated. Answer with `resultsWritten` or `resultsFailed`. */
export interface WriteResults {
  readonly kind: 'writeResults'
  readonly writeId: string
  readonly mapRunArn: string
  /** Absent when only WriterConfig is given: then nothing is exported and this effect is not asked for. */
  readonly resource: string
  readonly parameters: Json
  readonly writerConfig: JsonObject
  readonly results: readonly ChildResult[]
}

export interface ChildResult {
  readonly index: number
  readonly name: string
  readonly input: Json
  readonly outcome: Outcome
  readonly executionArn?: string
}

/** A child execution of a distributed Map. Answer with `childEnded`. */
export interface StartChild {
  readonly kind: 'startChild'
  readonly childId: string
  /** Execution name of the child. */
  readonly name: string
  readonly mapRunArn: string
  /** The Map state whose ItemProcessor the child runs: `childMachine(machine, stateName)`. */
  readonly stateName: string
  readonly executionType: MachineType
  /** JSON text. */
  readonly input: string
  readonly start: ChildStart
}

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error?: string; readonly cause?: string }

export type ExecutionStatus = 'RUNNING' | Outcome['status']

/** One event as GetExecutionHistory shows it, `timestamp` in milliseconds since the epoch (the API divides by 1,000). */
export interface HistoryEvent {
  readonly id: number
  readonly previousEventId: number
  readonly timestamp: number
  readonly type: string
  /** `<camelCaseType>EventDetails`, at most one. */
  readonly [details: `${string}EventDetails`]: JsonObject
}

/** The state of a running execution: opaque, immutable, never mutated by `step`. */
export interface Execution {
  readonly status: ExecutionStatus
  readonly outcome: Outcome | undefined
  /** Id of the newest event. */
  readonly eventCount: number
  readonly redriveCount: number
}

export interface StepResult<E extends Execution = Execution> {
  readonly execution: E
  /** New events only. */
  readonly events: readonly HistoryEvent[]
  readonly effects: readonly Effect[]
  /** True: nothing is awaited from the world, store the events and call `step` with `continue`. */
  readonly pending: boolean
}

/** One finding of ValidateStateMachineDefinition. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING'
  readonly code: string
  readonly message: string
  /** JSON pointer like `/States/Merge parts/Next`. */
  readonly location?: string
}

/** Thrown by `compileMachine`: the definition is no valid machine. `message` is the reason CreateStateMachine gives in InvalidDefinition. */
export interface DefinitionErrorShape {
  readonly name: 'InvalidDefinition'
  readonly diagnostics: readonly Diagnostic[]
}

export interface ValidateOptions {
  readonly type: MachineType
  /** Answers why a service integration is not to be had, `undefined` when it is. Without it every well-formed ARN of a known shape passes. */
  readonly rejectResource?: (resource: TaskResource) => string | undefined
}

/*
 * Functions (files):
 *   compile.ts      compileMachine(text: string, options: ValidateOptions): Machine          throws DefinitionError
 *                   childMachine(machine: Machine, stateName: string): Machine               the ItemProcessor of a distributed Map
 *   start-execution.ts  startExecution(machine: Machine, start: Start): Eventually<StepResult>
 *   step.ts         step(execution: Execution, input: Input): Eventually<StepResult>
 *   validation/validate-definition.ts  validateDefinition(text: string, options: ValidateOptions): readonly Diagnostic[]
 *   test-state/test-state.ts  testState(request: TestStateRequest): Eventually<TestStateStep>
 *   machine.ts      Machine (compiled, immutable, cacheable by definition text)
 */

/** TestState, the pure part: a parsed request. Texts are JSON texts as the API carries them. */
export interface TestStateRequest {
  readonly definition: string
  readonly stateName?: string
  readonly input: string
  readonly variables?: string
  readonly context?: string
  readonly inspectionLevel: 'INFO' | 'DEBUG' | 'TRACE'
  readonly mock?: TestStateMock
  readonly stateConfiguration?: TestStateConfiguration
  readonly at: number
  readonly seed: string
  readonly ports: Ports
  readonly region: string
  readonly accountId: string
  readonly roleArn?: string
  readonly rejectResource?: ValidateOptions['rejectResource']
}

export interface TestStateMock {
  readonly result?: string
  readonly errorOutput?: { readonly error?: string; readonly cause?: string }
  readonly fieldValidationMode?: 'STRICT' | 'PRESENT' | 'NONE'
}

export interface TestStateConfiguration {
  readonly retrierRetryCount?: number
  readonly errorCausedByState?: string
  readonly mapIterationFailureCount?: number
  readonly mapItemReaderData?: string
}

/** Either the answer of the API, or one task to invoke first: call `resume` with its `taskSucceeded`/`taskFailed`. */
export type TestStateStep =
  | { readonly kind: 'answer'; readonly response: TestStateResponse }
  | {
      readonly kind: 'refused'
      readonly code: 'InvalidDefinition' | 'InvalidExecutionInput' | 'ValidationException'
      readonly message: string
    }
  | {
      readonly kind: 'invoke'
      readonly task: InvokeTask
      readonly resume: (result: TaskResult) => Eventually<TestStateStep>
    }

export type TaskResult =
  | { readonly kind: 'taskSucceeded'; readonly output: string }
  | { readonly kind: 'taskFailed'; readonly error?: string; readonly cause?: string }

/** TestState's answer, wire shape. */
export interface TestStateResponse {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR'
  readonly output?: string
  readonly error?: string
  readonly cause?: string
  readonly nextState?: string
  readonly inspectionData?: JsonObject
}
