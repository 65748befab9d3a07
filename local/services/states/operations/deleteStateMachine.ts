import { parseMachineReference } from '../arns.ts'
import { operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

/** Executions that run go on to their end, each with the definition it began with. */
export const deleteStateMachine = operation({
  input: structure({ stateMachineArn: required(member.arn) }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  async run({ stateMachineArn }, { machines }) {
    await machines.remove(parseMachineReference(stateMachineArn).machineArn)
    return {}
  },
})
