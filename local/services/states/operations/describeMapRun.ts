import { parseArn } from '../arns.ts'
import { describeCounts } from '../map-runs/describe-counts.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const describeMapRun = operation({
  input: structure({ mapRunArn: required(member.longArn) }),
  resource: ({ mapRunArn }) => mapRunArn,
  async run({ mapRunArn }, { mapRuns }) {
    parseArn(mapRunArn, ['mapRun'])
    const record = await mapRuns.require(mapRunArn)
    return compact({
      mapRunArn,
      executionArn: record.executionArn,
      status: record.status,
      startDate: seconds(record.startedAt),
      stopDate: record.stoppedAt === undefined ? undefined : seconds(record.stoppedAt),
      maxConcurrency: record.maxConcurrency,
      toleratedFailurePercentage: record.toleratedFailurePercentage,
      toleratedFailureCount: record.toleratedFailureCount,
      itemCounts: describeCounts(record.items),
      executionCounts: describeCounts(record.executions),
      redriveCount: 0,
    })
  },
})
