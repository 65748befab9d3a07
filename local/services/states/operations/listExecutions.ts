import { parseArn, parseMachineReference } from '../arns.ts'
import type { StatesContext } from '../context.ts'
import { statesError } from '../errors.ts'
import type { ExecutionRecord } from '../executions/execution-record.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { oneOf, structure, text } from '../wire/shapes.ts'

export const listExecutions = operation({
  input: structure({
    stateMachineArn: member.arn,
    statusFilter: oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'),
    maxResults: member.pageSize,
    nextToken: text({ min: 1, max: 3096 }),
    mapRunArn: member.longArn,
    redriveFilter: oneOf('REDRIVEN', 'NOT_REDRIVEN'),
  }),
  resource: ({ stateMachineArn, mapRunArn }) => stateMachineArn ?? mapRunArn ?? '*',
  async run(request, context) {
    const owner = await listedOwner(request, context)
    const filter = { status: request.statusFilter, redrive: request.redriveFilter }
    const { items, nextToken } = await context.catalog.list(owner, filter, request)
    return compact({ executions: items.map(listItem), nextToken })
  },
})

async function listedOwner(
  { stateMachineArn, mapRunArn }: { stateMachineArn?: string | undefined; mapRunArn?: string | undefined },
  { machines, mapRuns }: StatesContext,
): Promise<string> {
  if ((stateMachineArn === undefined) === (mapRunArn === undefined))
    throw statesError('ValidationException', 'Must provide a value for exactly one of stateMachineArn or mapRunArn')
  if (mapRunArn !== undefined) {
    parseArn(mapRunArn, ['mapRun'])
    return (await mapRuns.require(mapRunArn)).arn
  }
  const { machineArn } = parseMachineReference(stateMachineArn!)
  const machine = machines.require(machineArn, stateMachineArn)
  if (machine.type === 'EXPRESS')
    throw statesError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine')
  return stateMachineArn!
}

function listItem(record: ExecutionRecord): object {
  return compact({
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    stateMachineVersionArn: record.versionArn,
    stateMachineAliasArn: record.aliasArn,
    mapRunArn: record.parent?.mapRunArn,
    name: record.name,
    status: record.status,
    startDate: seconds(record.startedAt),
    stopDate: record.stoppedAt === undefined ? undefined : seconds(record.stoppedAt),
    redriveCount: record.redriveCount,
    redriveDate: record.redrivenAt === undefined ? undefined : seconds(record.redrivenAt),
  })
}
