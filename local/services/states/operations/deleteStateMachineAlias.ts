import { parseMachineReference } from '../arns.ts'
import { operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const deleteStateMachineAlias = operation({
  input: structure({ stateMachineAliasArn: required(member.arn) }),
  resource: ({ stateMachineAliasArn }) => stateMachineAliasArn,
  async run({ stateMachineAliasArn }, { machines }) {
    const { machineArn, qualifier } = parseMachineReference(stateMachineAliasArn)
    const machine = machines.find(machineArn)
    const left = machine?.aliases.filter(({ name }) => name !== qualifier)
    if (machine && left && left.length < machine.aliases.length) await machines.save({ ...machine, aliases: left })
    return {}
  },
})
