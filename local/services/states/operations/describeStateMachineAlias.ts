import { requireAlias } from '../machines/aliases.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const describeStateMachineAlias = operation({
  input: structure({ stateMachineAliasArn: required(member.arn) }),
  resource: ({ stateMachineAliasArn }) => stateMachineAliasArn,
  run({ stateMachineAliasArn }, { machines }) {
    const { alias } = requireAlias(machines, stateMachineAliasArn)
    return compact({
      stateMachineAliasArn,
      name: alias.name,
      description: alias.description,
      routingConfiguration: alias.routes.map(({ versionArn, weight }) => ({
        stateMachineVersionArn: versionArn,
        weight,
      })),
      creationDate: seconds(alias.createdAt),
      updateDate: seconds(alias.updatedAt),
    })
  },
})
