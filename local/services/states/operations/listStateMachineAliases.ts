import { parseMachineReference } from '../arns.ts'
import { compact, operation, seconds } from '../operation.ts'
import { pageOf } from '../pagination.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

/** With a version's ARN only the aliases that route to it are listed. */
export const listStateMachineAliases = operation({
  input: structure({
    stateMachineArn: required(member.arn),
    nextToken: member.pageToken,
    maxResults: member.pageSize,
  }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  run({ stateMachineArn, ...request }, { machines }) {
    const { machineArn, qualifier } = parseMachineReference(stateMachineArn)
    const machine = machines.require(machineArn, stateMachineArn)
    const routed = machine.aliases
      .filter(({ routes }) => !qualifier || routes.some(({ versionArn }) => versionArn === stateMachineArn))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const { items, nextToken } = pageOf(routed, request, `aliases ${stateMachineArn}`)
    const stateMachineAliases = items.map(({ name, createdAt }) => ({
      stateMachineAliasArn: `${machineArn}:${name}`,
      creationDate: seconds(createdAt),
    }))
    return compact({ stateMachineAliases, nextToken })
  },
})
