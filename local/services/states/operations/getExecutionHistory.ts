import type { HistoryEvent } from '../../../interpreter/contract.ts'
import { parseArn } from '../arns.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { flag, required, structure } from '../wire/shapes.ts'

/** Members of event details that `includeExecutionData: false` leaves out. */
const EXECUTION_DATA = new Set(['input', 'output', 'parameters', 'cause', 'error', 'assignedVariables'])

export const getExecutionHistory = operation({
  input: structure({
    executionArn: required(member.arn),
    maxResults: member.pageSize,
    reverseOrder: flag(),
    nextToken: member.pageToken,
    includeExecutionData: flag(),
  }),
  resource: ({ executionArn }) => executionArn,
  async run({ executionArn, reverseOrder, includeExecutionData, ...request }, { catalog }) {
    parseArn(executionArn, ['execution'])
    const record = await catalog.require(executionArn)
    const { items, nextToken } = await catalog.history(record, { ...request, reverse: reverseOrder ?? false })
    const events = items.map(includeExecutionData === false ? withoutData : shown)
    return compact({ events, nextToken })
  },
})

function shown(event: HistoryEvent): object {
  return { ...event, timestamp: seconds(event.timestamp) }
}

function withoutData(event: HistoryEvent): object {
  const entries = Object.entries(shown(event)).map(([key, value]) => {
    if (!key.endsWith('EventDetails')) return [key, value]
    const kept = Object.entries(value as object).filter(([member]) => !EXECUTION_DATA.has(member))
    return [key, Object.fromEntries(kept)]
  })
  return Object.fromEntries(entries)
}
