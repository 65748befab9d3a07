import type { Rule } from './choice/choice-rule.ts'
import type { Json, JsonObject, MachineType, TaskResource } from './contract.ts'
import type { Catcher } from './error/catch.ts'
import type { Retrier } from './error/retry.ts'
import type { Expression } from './query/expression.ts'
import type { Path } from './query/json-path.ts'
import type { Insert } from './query/reference-path.ts'
import type { QueryLanguage } from './query/template.ts'

/** A compiled definition: immutable, shared by all its executions. */
export interface Machine {
  readonly text: string
  readonly workflow: Workflow
  readonly timeoutSeconds: number | undefined
  readonly comment: string | undefined
  /** The language of the top level. */
  readonly queryLanguage: QueryLanguage
}

/** States with a beginning: the machine itself, a Parallel branch, an ItemProcessor. */
export interface Workflow {
  readonly startAt: string
  readonly states: ReadonlyMap<string, State>
}

/** Fields of every state. JSONPath fields are undefined in JSONata states and the other way round. */
export interface StateBase {
  readonly name: string
  readonly language: QueryLanguage
  /** Undefined ends the workflow. */
  readonly next: string | undefined
  /** `null` discards the input. */
  readonly inputPath: Path | null | undefined
  readonly outputPath: Path | null | undefined
  readonly assign: Expression | undefined
  /** JSONata Output. */
  readonly output: Expression | undefined
}

/** States that make a result and may fail. */
export interface ResultFields {
  /** JSONPath Parameters, JSONata Arguments. */
  readonly parameters: Expression | undefined
  readonly resultSelector: Expression | undefined
  /** `null` discards the result. */
  readonly resultPath: Insert | null | undefined
  readonly retry: readonly Retrier[]
  readonly catch: readonly Catcher[]
}

export interface PassState extends StateBase, Pick<ResultFields, 'parameters' | 'resultPath'> {
  readonly type: 'Pass'
  readonly result: Json | undefined
}

export interface TaskState extends StateBase, ResultFields {
  readonly type: 'Task'
  readonly resource: TaskResource
  readonly timeoutSeconds: Expression | undefined
  readonly heartbeatSeconds: Expression | undefined
  /** Credentials, evaluated to `{ RoleArn }`. */
  readonly credentials: Expression | undefined
}

export interface ChoiceState extends StateBase {
  readonly type: 'Choice'
  readonly choices: readonly ChoiceRule[]
  readonly default: string | undefined
}

export interface ChoiceRule {
  readonly next: string
  /** A JSONPath comparison, or a JSONata Condition. */
  readonly rule: Rule | undefined
  readonly condition: Expression | undefined
  readonly assign: Expression | undefined
  readonly output: Expression | undefined
}

export interface WaitState extends StateBase {
  readonly type: 'Wait'
  /** Reads when the wait ends, in milliseconds since the epoch. */
  readonly until: WaitUntil
}

export type WaitUntil =
  | { readonly kind: 'seconds'; readonly seconds: Expression }
  | { readonly kind: 'secondsPath'; readonly path: Path }
  | { readonly kind: 'timestamp'; readonly timestamp: Expression }
  | { readonly kind: 'timestampPath'; readonly path: Path }

export interface SucceedState extends StateBase {
  readonly type: 'Succeed'
}

export interface FailState extends StateBase {
  readonly type: 'Fail'
  readonly error: Expression | undefined
  readonly cause: Expression | undefined
}

export interface ParallelState extends StateBase, ResultFields {
  readonly type: 'Parallel'
  readonly branches: readonly Workflow[]
}

export interface MapState extends StateBase, ResultFields {
  readonly type: 'Map'
  readonly processor: Workflow
  readonly mode: 'INLINE' | 'DISTRIBUTED'
  /** ItemsPath or Items. */
  readonly items: Expression | undefined
  /** ItemsPath as written, for the error when it leads to no array. */
  readonly itemsPath: string | undefined
  readonly itemSelector: Expression | undefined
  readonly maxConcurrency: Expression
  readonly distributed: DistributedFields | undefined
}

export interface DistributedFields {
  readonly executionType: MachineType
  readonly label: string | undefined
  readonly toleratedFailureCount: Expression
  readonly toleratedFailurePercentage: Expression
  readonly itemReader: ItemReader | undefined
  readonly itemBatcher: ItemBatcher | undefined
  readonly resultWriter: ResultWriter | undefined
}

export interface ItemReader {
  readonly resource: string
  readonly parameters: Expression | undefined
  /** ReaderConfig without MaxItems. */
  readonly config: JsonObject
  readonly maxItems: Expression | undefined
}

export interface ItemBatcher {
  readonly maxItemsPerBatch: Expression | undefined
  readonly maxInputBytesPerBatch: Expression | undefined
  readonly batchInput: Expression | undefined
}

export interface ResultWriter {
  /** Undefined when only WriterConfig is given. */
  readonly resource: string | undefined
  readonly parameters: Expression | undefined
  readonly writerConfig: JsonObject
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState
export type StateType = State['type']
