import type { Input, StepResult } from '../../../interpreter/contract.ts'
import type { Change } from '../store/level-store.ts'
import type { ActiveExecution } from './active-execution.ts'
import type { Outstanding } from './outstanding.ts'

/** Carries out what executions ask of the world; answers come back through `deliver`. */
export interface EffectRunner {
  /** Sets about something an execution waits for; again after a restart. */
  run(active: ActiveExecution, awaited: Outstanding): void
  /** Clears up after something that had its answer. */
  settle(awaited: Outstanding): void
  /** Lets go of something whose answer is no longer wanted. */
  takeBack(active: ActiveExecution, awaited: Outstanding): void
  /** Keeps further books of a step; returns what to write with it. */
  account(active: ActiveExecution, result: StepResult, input: Input | undefined): Change[]
}
