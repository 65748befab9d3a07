import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AccessDeniedError, type AwsService, type ServiceRequest } from '../../http/service.ts'
import type { IntegrationPorts } from '../../integrations/integration.ts'
import { createIntegrations } from '../../integrations/integrations.ts'
import { createItemStore } from '../../integrations/item-store.ts'
import type { Ports } from '../../interpreter/contract.ts'
import { ActivityQueue } from './activities/activity-queue.ts'
import { ActivityRegistry } from './activities/activity-registry.ts'
import { Outbox, type PublishEvent } from './announcements/outbox.ts'
import type { StatesContext } from './context.ts'
import { deployStateMachine, type MachineDeployment } from './deploy-state-machine.ts'
import { StatesError } from './errors.ts'
import { ChildExecutions } from './executions/child-executions.ts'
import { createEffects } from './executions/effects.ts'
import { ExecutionCatalog } from './executions/execution-catalog.ts'
import { ExecutionEngine } from './executions/execution-engine.ts'
import { ExecutionIds } from './executions/execution-ids.ts'
import { createNestedExecutions } from './executions/nested-executions.ts'
import { rebuildExecutions } from './executions/rebuild-executions.ts'
import { CompiledMachines } from './machines/compiled-machines.ts'
import { MachineRegistry } from './machines/machine-registry.ts'
import { MapRunBooks } from './map-runs/map-run-books.ts'
import { OPERATIONS } from './operation-table.ts'
import { LevelStore } from './store/level-store.ts'
import { TaskTokens } from './tasks/task-tokens.ts'
import { operationName, readInput, sendAnswer, sendError } from './wire/json-protocol.ts'

/** What the service needs of the stack. */
export interface StatesServiceOptions extends Omit<IntegrationPorts, 'executions'> {
  /** Where the service keeps its store; created when missing. */
  dataDirectory: string
  /** Hands an event to the default bus of EventBridge; rejects when it was not taken. */
  publishEvent: PublishEvent
}

/** AWS Step Functions. */
export interface StatesService extends AwsService {
  /** Creates or updates a machine of the template; its executions stay. Returns its ARN. */
  deployStateMachine(deployment: MachineDeployment): Promise<string>
  /** Goes on with the executions of the last run, once everything they call is there. */
  resume(): Promise<void>
  close(): Promise<void>
}

const ports: Ports = {
  hash: (algorithm, text) => createHash(algorithm.replace('-', '').toLowerCase()).update(text).digest('hex'),
}

/** Opens the store and starts the service; call `resume` when the rest of the stack answers. */
export async function createStatesService(options: StatesServiceOptions): Promise<StatesService> {
  const directory = join(options.dataDirectory, 'states')
  await mkdir(directory, { recursive: true })
  const store = await LevelStore.open(directory)
  const outbox = new Outbox(store, options.clock, options.publishEvent)
  const context = createContext(options, store, outbox)
  const { machines, activities, ids } = context
  await Promise.all([machines.load(), activities.load(), ids.load(store), outbox.load()])

  return {
    handle: (request) => handle(request, context),
    deployStateMachine: (deployment) => deployStateMachine(context, deployment),
    async resume() {
      await rebuildExecutions(context)
      outbox.resume()
    },
    async close() {
      context.engine.close()
      context.activityQueue.close()
      outbox.close()
      await store.close()
    },
  }
}

function createContext(options: StatesServiceOptions, store: LevelStore, outbox: Outbox): StatesContext {
  const { clock, region, accountId } = options
  const engine = new ExecutionEngine({ store, clock, outbox, ports })
  const catalog = new ExecutionCatalog(store)
  const ids = new ExecutionIds(clock)
  const base = {
    scope: { region, accountId },
    clock,
    ports,
    machines: new MachineRegistry(store),
    compiled: new CompiledMachines(store),
    activities: new ActivityRegistry(store),
    activityQueue: new ActivityQueue(),
    catalog,
    engine,
    ids,
    mapRuns: new MapRunBooks(store),
    tokens: new TaskTokens(),
    starting: new Map<string, Promise<unknown>>(),
  }
  const integrationPorts = { ...options, executions: createNestedExecutions(() => context) }
  const integrations = createIntegrations(integrationPorts)
  const context: StatesContext = { ...base, integrations, rejectResource: integrations.reject }
  const children = new ChildExecutions(engine, catalog, ids)
  engine.connect(createEffects({ ...context, children, itemStore: createItemStore(integrationPorts) }))
  return context
}

async function handle(request: ServiceRequest, context: StatesContext): Promise<void> {
  const name = operationName(request)
  const operation = name === undefined ? undefined : OPERATIONS[name]
  if (!operation || name === undefined) return sendError(request, 'UnknownOperationException', '')
  const controller = new AbortController()
  request.outgoing.once('close', () => controller.abort())
  try {
    const input = readInput(request.body, operation.input)
    request.authorize(`states:${name}`, operation.resource(input, context))
    sendAnswer(request, await operation.run(input, context, { signal: controller.signal }))
  } catch (error) {
    if (error instanceof StatesError) sendError(request, error.code, error.message)
    else if (error instanceof AccessDeniedError) sendError(request, 'AccessDeniedException', error.message)
    else sendInternalError(request, error)
  }
}

function sendInternalError(request: ServiceRequest, error: unknown): void {
  process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error))
  sendError(request, 'InternalFailure', error instanceof Error ? error.message : String(error))
}
