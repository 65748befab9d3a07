import type { EndedExecution, NestedExecutions } from '../../../integrations/integration.ts'
import { redriveStatus, redriveStatusReason } from '../announcements/status-change-event.ts'
import type { StatesContext } from '../context.ts'
import { isFinished } from './execution-record.ts'
import { startMachine } from './start-machine.ts'

/** The executions of this stack as the `states` integration sees them. */
export function createNestedExecutions(context: () => StatesContext): NestedExecutions {
  return {
    start: (request) => startMachine(context(), request),
    whenEnded: (executionArn) => whenEnded(context(), executionArn),
    async stop(executionArn) {
      await context().engine.deliver(executionArn, { kind: 'stop' })
    },
  }
}

async function whenEnded({ engine, catalog }: StatesContext, executionArn: string): Promise<EndedExecution> {
  const end = engine.find(executionArn) ? engine.whenEnded(executionArn) : undefined
  const known = await catalog.require(executionArn)
  if (!isFinished(known)) await (end ?? engine.whenEnded(executionArn))
  const record = await catalog.require(executionArn)
  const output = record.status === 'SUCCEEDED' ? await catalog.payload(record, 'output') : undefined
  const reason = redriveStatusReason(record)
  return {
    executionArn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startedAt: record.startedAt,
    stoppedAt: record.stoppedAt ?? record.startedAt,
    input: (await catalog.payload(record, 'input')) ?? '{}',
    ...(output === undefined ? {} : { output }),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.cause === undefined ? {} : { cause: record.cause }),
    redriveCount: record.redriveCount,
    redriveStatus: redriveStatus(record),
    ...(reason === undefined ? {} : { redriveStatusReason: reason }),
  }
}
