import { parseArn } from '../arns.ts'
import { compact, operation, seconds } from '../operation.ts'
import { pageOf } from '../pagination.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const listMapRuns = operation({
  input: structure({
    executionArn: required(member.arn),
    maxResults: member.pageSize,
    nextToken: member.pageToken,
  }),
  resource: ({ executionArn }) => executionArn,
  async run({ executionArn, ...request }, { catalog, mapRuns }) {
    parseArn(executionArn, ['execution'])
    await catalog.require(executionArn)
    const { items, nextToken } = pageOf(await mapRuns.of(executionArn), request, `mapRuns ${executionArn}`)
    const listed = items.map(({ arn, machineArn, startedAt, stoppedAt }) =>
      compact({
        executionArn,
        mapRunArn: arn,
        stateMachineArn: machineArn,
        startDate: seconds(startedAt),
        stopDate: stoppedAt === undefined ? undefined : seconds(stoppedAt),
      }),
    )
    return compact({ mapRuns: listed, nextToken })
  },
})
