import { parseMachineReference } from '../arns.ts'
import { compact, operation, seconds } from '../operation.ts'
import { pageOf } from '../pagination.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const listStateMachineVersions = operation({
  input: structure({
    stateMachineArn: required(member.arn),
    nextToken: member.pageToken,
    maxResults: member.pageSize,
  }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  run({ stateMachineArn, ...request }, { machines }) {
    const machine = machines.find(parseMachineReference(stateMachineArn).machineArn)
    const newestFirst = (machine?.versions ?? []).toReversed()
    const { items, nextToken } = pageOf(newestFirst, request, `versions ${stateMachineArn}`)
    const stateMachineVersions = items.map(({ version, createdAt }) => ({
      stateMachineVersionArn: `${stateMachineArn}:${version}`,
      creationDate: seconds(createdAt),
    }))
    return compact({ stateMachineVersions, nextToken })
  },
})
