import { redriveStatus, redriveStatusReason } from '../announcements/status-change-event.ts'
import { parseArn } from '../arns.ts'
import { statesError } from '../errors.ts'
import type { ExecutionRecord } from '../executions/execution-record.ts'
import { rebuildExecution } from '../executions/rebuild-executions.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure, text } from '../wire/shapes.ts'

const REDRIVABLE_MS = 14 * 24 * 3600 * 1000

export const redriveExecution = operation({
  input: structure({
    executionArn: required(member.arn),
    clientToken: text({ min: 1, max: 64, pattern: '[!-~]+', matcher: /^[!-~]+$/ }),
  }),
  resource: ({ executionArn }) => executionArn,
  async run({ executionArn, clientToken }, context) {
    parseArn(executionArn, ['execution'])
    const record = await context.catalog.require(executionArn)
    if (clientToken !== undefined && record.redriveToken === clientToken)
      return { redriveDate: seconds(record.redrivenAt!) }
    const at = context.clock.now()
    requireRedrivable(record, at)
    const active = await rebuildExecution(context, {
      ...redriven(record, at),
      ...(clientToken ? { redriveToken: clientToken } : {}),
    })
    await context.engine.deliver(active.record.arn, { kind: 'redrive' })
    return { redriveDate: seconds(at) }
  },
})

function requireRedrivable(record: ExecutionRecord, at: number): void {
  if (redriveStatus(record) === 'NOT_REDRIVABLE')
    throw statesError('ExecutionNotRedrivable', redriveStatusReason(record)!)
  if (record.stoppedAt! + REDRIVABLE_MS < at)
    throw statesError('ExecutionNotRedrivable', 'Execution has exceeded the redrivable period and cannot be redriven')
}

function redriven(record: ExecutionRecord, at: number): ExecutionRecord {
  const { stoppedAt, error, cause, ...kept } = record
  return { ...kept, status: 'RUNNING', redriveCount: record.redriveCount + 1, redrivenAt: at }
}
