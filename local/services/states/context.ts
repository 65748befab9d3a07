import type { Clock } from '../../clock.ts'
import type { Integrations } from '../../integrations/integrations.ts'
import type { Ports, TaskResource } from '../../interpreter/contract.ts'
import type { ActivityQueue } from './activities/activity-queue.ts'
import type { ActivityRegistry } from './activities/activity-registry.ts'
import type { ArnScope } from './arns.ts'
import type { ExecutionCatalog } from './executions/execution-catalog.ts'
import type { ExecutionEngine } from './executions/execution-engine.ts'
import type { ExecutionIds } from './executions/execution-ids.ts'
import type { CompiledMachines } from './machines/compiled-machines.ts'
import type { MachineRegistry } from './machines/machine-registry.ts'
import type { MapRunBooks } from './map-runs/map-run-books.ts'
import type { TaskTokens } from './tasks/task-tokens.ts'

/** All that the operations of the API work on. */
export interface StatesContext {
  scope: ArnScope
  clock: Clock
  ports: Ports
  machines: MachineRegistry
  compiled: CompiledMachines
  activities: ActivityRegistry
  activityQueue: ActivityQueue
  catalog: ExecutionCatalog
  engine: ExecutionEngine
  ids: ExecutionIds
  mapRuns: MapRunBooks
  tokens: TaskTokens
  integrations: Integrations
  /** Why a machine may not use a resource; undefined when it may. */
  rejectResource: (resource: TaskResource) => string | undefined
  /** Named starts under way, by execution ARN. */
  starting: Map<string, Promise<unknown>>
}
