import { childMachine } from '../../../interpreter/compile.ts'
import type { Machine } from '../../../interpreter/machine.ts'
import type { StatesContext } from '../context.ts'
import type { ActiveExecution } from './active-execution.ts'
import type { ExecutionRecord } from './execution-record.ts'

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
  for (const arn of await context.catalog.running()) {
    const record = await context.catalog.find(arn)
    if (record) rebuilt.push(await rebuildExecution(context, record))
  }
  for (const active of rebuilt) context.engine.continueWork(active)
}

async function machineOf(context: StatesContext, record: ExecutionRecord): Promise<Machine> {
  const { parent, definitionHash } = record
  if (parent)
    return childMachine(await machineOf(context, await context.catalog.require(parent.executionArn)), parent.stateName)
  const definition = await context.compiled.definition(definitionHash)
  return context.compiled.compile(definition, record.type, definitionHash)
}
