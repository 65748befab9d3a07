import type { ChildResult, Json, MapRunSettings } from '../contract.ts'
import type { State, Workflow } from '../machine.ts'
import type { Variables } from '../query/scope.ts'
import type { Tolerance } from '../states/map/tolerated-failure.ts'

/** One line of control: the machine itself, a Parallel branch or a Map iteration. A step changes its own copies only. */
export interface Frame {
  readonly id: number
  readonly parent: number | undefined
  /** Branch or iteration number. */
  readonly index: number
  readonly workflow: Workflow
  readonly mapItem: MapItem | undefined
  state: State
  input: Json
  /** JSON text of `input`. */
  inputText: string
  variables: Variables
  /** The event that the next event of this frame follows. */
  previous: number
  /** The event before this state's StateEntered, and StateEntered itself. */
  beforeEntry: number
  enteredId: number
  enteredAt: number
  /** Attempts spent, one number per retrier. */
  attempts: readonly number[]
  retryCount: number
  waiting: Waiting
  /** The Map run that failed in this state: a redrive takes it up again. */
  failedRun: MapRunWait | undefined
}

/** `$$.Map.Item` */
export interface MapItem {
  readonly index: number
  readonly value: Json
}

export type Waiting =
  | { readonly kind: 'nothing' }
  | TaskWait
  | { readonly kind: 'timer'; readonly timerId: string; readonly purpose: 'wait' | 'retry' }
  | ChildrenWait
  | MapRunWait
  | DoneWait

/** A child that is through, until its parent collects the output. */
export interface DoneWait {
  readonly kind: 'done'
  readonly output: Json
}

export interface TaskWait {
  readonly kind: 'task'
  readonly taskId: string
  readonly heartbeatSeconds: number | undefined
  readonly timeoutTimer: string | undefined
  readonly heartbeatTimer: string | undefined
}

/** Parallel branches and inline iterations; child `i` is frame `first + i`. */
export interface ChildrenWait {
  readonly kind: 'children'
  readonly first: number
  readonly count: number
  readonly started: number
  readonly done: number
  /** The event the closing events follow. */
  readonly last: number
  /** Inline Map only. */
  readonly items: readonly Json[]
}

export interface MapRunWait {
  readonly kind: 'mapRun'
  readonly mapRunArn: string
  readonly phase: 'reading' | 'running' | 'writing'
  /** The read or write that is being waited for; the prefix of the children's ids while they run. */
  readonly requestId: string
  readonly limit: number
  readonly tolerance: Tolerance
  readonly settings: MapRunSettings
  readonly inputs: readonly MapRunItem[]
  /** Which inputs to run, in order; a redrive leaves out what has succeeded. */
  readonly order: readonly number[]
  /** How many of `order` have been started. */
  readonly started: number
  /** How many results were there before. */
  readonly kept: number
  readonly failed: number
  readonly results: readonly ChildResult[]
}

export interface MapRunItem {
  readonly input: Json
  readonly mapItem: MapItem | undefined
}

export const waitingForNothing: Waiting = { kind: 'nothing' }

/** What makes a frame: where it runs, on what, and the event its first StateEntered follows. */
export type FrameBeginning = Pick<
  Frame,
  'id' | 'parent' | 'index' | 'workflow' | 'mapItem' | 'input' | 'inputText' | 'variables' | 'previous'
>

/** A frame at the first state of its workflow, not yet entered. */
export function newFrame(beginning: FrameBeginning): Frame {
  const { workflow } = beginning
  return {
    id: beginning.id,
    parent: beginning.parent,
    index: beginning.index,
    workflow,
    mapItem: beginning.mapItem,
    state: workflow.states.get(workflow.startAt)!,
    input: beginning.input,
    inputText: beginning.inputText,
    variables: beginning.variables,
    previous: beginning.previous,
    beforeEntry: 0,
    enteredId: 0,
    enteredAt: 0,
    attempts: [],
    retryCount: 0,
    waiting: waitingForNothing,
    failedRun: undefined,
  }
}
