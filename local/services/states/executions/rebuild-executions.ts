import { childMachine } from '../../../interpreter/compile.ts'
import type { Machine } from '../../../interpreter/machine.ts'
import type { StatesContext } from '../context.ts'
import type { ActiveExecution } from './active-execution.ts'
import type { ExecutionRecord } from './execution-record.ts'

const AT_ONCE = 64

/** Rebuilds one execution from its journal. */
export async function rebuildExecution(context: StatesContext, record: ExecutionRecord): Promise<ActiveExecution> {
  const { start, inputs } = await context.catalog.journal(record)
  const machine = await machineOf(context, record)
  const durability = record.type === 'EXPRESS' ? 'untilEnd' : 'kept'
  return await context.engine.rebuild({ record, start, machine, durability }, inputs)
}

/** Goes on with everything that ran when the process ended last: first all executions are there, then they go on. */
export async function rebuildExecutions(context: StatesContext): Promise<void> {
  const rebuilt: ActiveExecution[] = []
  const arns = await context.catalog.running()
  for (let start = 0; start < arns.length; start += AT_ONCE) {
    const group = arns.slice(start, start + AT_ONCE).map((arn) => rebuildRunning(context, arn))
    for (const active of await Promise.all(group)) if (active) rebuilt.push(active)
  }
  for (const active of rebuilt) {
    context.engine.continueWork(active)
    if (isOrphan(context, active)) void context.engine.deliver(active.record.arn, { kind: 'stop' })
  }
}

/** A child whose parent ended just before the process did: the parent could not stop it any more. */
function isOrphan({ engine }: StatesContext, { record }: ActiveExecution): boolean {
  return record.parent !== undefined && engine.find(record.parent.executionArn) === undefined
}

/** An execution that cannot be rebuilt ends as failed, and keeps nobody from starting the stack. */
async function rebuildRunning(context: StatesContext, arn: string): Promise<ActiveExecution | undefined> {
  const record = await context.catalog.find(arn)
  if (!record) return undefined
  try {
    return await rebuildExecution(context, record)
  } catch (error) {
    process.emitWarning(`${arn} could not be rebuilt: ${error instanceof Error ? error.stack : String(error)}`)
    await context.engine.giveUp(record, error)
    return undefined
  }
}

async function machineOf(context: StatesContext, record: ExecutionRecord): Promise<Machine> {
  const { parent, definitionHash } = record
  if (parent)
    return childMachine(await machineOf(context, await context.catalog.require(parent.executionArn)), parent.stateName)
  const definition = await context.compiled.definition(definitionHash)
  return context.compiled.compile(definition, record.type, definitionHash)
}
