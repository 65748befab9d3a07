import type { Clock } from '../../../clock.ts'
import type { Integrations } from '../../../integrations/integrations.ts'
import type { ItemStore } from '../../../integrations/item-store.ts'
import type { ActivityQueue } from '../activities/activity-queue.ts'
import type { ActivityRegistry } from '../activities/activity-registry.ts'
import type { MapRunBooks } from '../map-runs/map-run-books.ts'
import type { TaskTokens } from '../tasks/task-tokens.ts'
import type { ActiveExecution } from './active-execution.ts'
import type { ChildExecutions } from './child-executions.ts'
import type { ExecutionEngine } from './execution-engine.ts'
import type { TimelessInput } from './timeless-input.ts'

/** What the effects of executions act on. */
export interface World {
  clock: Clock
  engine: ExecutionEngine
  integrations: Integrations
  itemStore: ItemStore
  activities: ActivityRegistry
  activityQueue: ActivityQueue
  tokens: TaskTokens
  mapRuns: MapRunBooks
  children: ChildExecutions
}

/** Delivers an answer; a failure to write it must not go unnoticed. */
export function answer(world: World, active: ActiveExecution, input: TimelessInput): void {
  world.engine.deliver(active.record.arn, input).catch((error: unknown) => {
    process.emitWarning(`an answer to ${active.record.arn} could not be recorded: ${String(error)}`)
  })
}
