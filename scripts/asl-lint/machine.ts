/** A state machine as the file says it; only what the rules look at. */
export interface Retrier {
  ErrorEquals: string[]
  IntervalSeconds?: number
  MaxAttempts?: number
  BackoffRate?: number
  MaxDelaySeconds?: number
  JitterStrategy?: string
}

export interface Catcher {
  ErrorEquals: string[]
  Next: string
}

export interface State {
  Type: string
  Resource?: string
  Arguments?: Record<string, unknown>
  Choices?: unknown[]
  Default?: string
  Error?: string
  Cause?: string
  TimeoutSeconds?: unknown
  HeartbeatSeconds?: unknown
  Seconds?: unknown
  Retry?: Retrier[]
  Catch?: Catcher[]
  ItemProcessor?: Scope
  Branches?: Scope[]
}

export interface Scope {
  StartAt: string
  States: Record<string, State>
}

export interface Machine extends Scope {
  Comment?: string
  QueryLanguage?: string
  TimeoutSeconds?: unknown
}

/** What the rules know beside the machine: names of errors and the functions that its tasks call. */
export interface Surroundings {
  /** Error names of docs/errors.md. */
  documentedErrors: ReadonlySet<string>
  /** Error names whose classes are permanent. */
  permanentErrors: ReadonlySet<string>
  /** Seconds by substitution name, e.g. `PlanMergeFunction` → 60. */
  functionTimeouts: ReadonlyMap<string, number>
  /** Names in the machine's DefinitionSubstitutions. */
  substitutions: ReadonlySet<string>
}

/** A state with where it stands. */
export interface Place {
  name: string
  state: State
  /** How many Map or Parallel states stand around it. */
  depth: number
}

const innerScopes = (state: State): Scope[] => [
  ...(state.ItemProcessor ? [state.ItemProcessor] : []),
  ...(state.Branches ?? []),
]

/** Every state of the machine, in reading order, those inside Map and Parallel after their owner. */
export function listStates(scope: Scope, depth = 0): Place[] {
  return Object.entries(scope.States).flatMap(([name, state]) => [
    { name, state, depth },
    ...innerScopes(state).flatMap((inner) => listStates(inner, depth + 1)),
  ])
}
